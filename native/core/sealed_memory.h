// Memory of any size that processes share: one side makes and seals it, the other side checks and
// maps it. What lies in it is up to the layers above.

#pragma once

#include <fcntl.h>

#include <cstddef>

#include "os/shared_memory.h"
#include "os/unique_fd.h"

namespace uintr {

// The seals that we give. Against shrinking: a mapping would fault (SIGBUS) beyond the file's new
// end. Against growing, so that both sides see one size, and against more seals.
constexpr int kSealsAgainstFaults = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

// The largest memory, 1 TiB: whatever else comes as a size is a mistake.
constexpr std::size_t kMaxSealedMemory = std::size_t{1} << 40;

struct SealedMemory {
  os::UniqueFd fd;  // our own, close-on-exec
  os::Mapping mapping;
};

// Makes zeroed memory, maps and seals it. With Pages::Now it gets all of its pages, or an error:
// otherwise a machine that has no page left ends the process that touches a new one. Throws
// os::SystemError.
SealedMemory createSealedMemory(const char* name, std::size_t size, os::Mapping::Pages pages);

// Maps memory that another process may have made. The descriptor stays the caller's. Throws an
// Error with ERR_UINTR_NOT_SHARED_MEMORY for a descriptor of another kind, without a seal against
// shrinking, empty or larger than the limit; os::SystemError otherwise.
SealedMemory openSealedMemory(int fd, os::Mapping::Access access);

}  // namespace uintr
