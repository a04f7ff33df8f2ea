// The memory files behind the state page and the vector pages: made and sealed by the receiver,
// validated and mapped by whoever holds the vector fd.

#pragma once

#include <optional>

#include "os/shared_memory.h"
#include "os/unique_fd.h"

namespace uintr {

enum class PageAccess {
  HoldersRead,  // state page: sealed against every writable mapping but the receiver's
  HoldersWrite  // vector page
};

struct PageFile {
  os::UniqueFd fd;
  os::Mapping mapping;
};

// A zeroed page with its header, mapped for the receiver and sealed: nobody can shrink it, which
// would make the other side fault (SIGBUS).
PageFile createPage(const char* name, PageAccess access);

// Maps a page that came from another process, once its seals, its size and its header have been
// checked. Nothing when it is not such a page; os::SystemError when mapping fails.
std::optional<os::Mapping> openPage(int fd, PageAccess access);

// Whether the kernel can keep holders from writing the state page (F_SEAL_FUTURE_WRITE, Linux 5.1).
// False, too, where it cannot be tried.
bool canSealFutureWrites();

}  // namespace uintr
