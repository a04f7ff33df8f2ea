#include "core/sealed_memory.h"

#include <string>
#include <utility>

#include "core/errors.h"
#include "os/foreign_fd.h"

namespace uintr {

namespace {

[[noreturn]] void throwNotSharedMemory(int fd, const char* why) {
  throw Error{"ERR_UINTR_NOT_SHARED_MEMORY",
              "descriptor " + std::to_string(fd) + " is not shared memory: " + why};
}

// The one seal without which a peer could make this process fault. What is not sealed against
// growing can grow, which the mapping does not see.
bool cannotShrink(int fd) {
  return (os::seals(fd) & F_SEAL_SHRINK) != 0;
}

}  // namespace

SealedMemory createSealedMemory(const char* name, std::size_t size, os::Mapping::Pages pages) {
  os::UniqueFd fd = os::createMemfd(name, size);
  if (pages == os::Mapping::Pages::Now) os::allocatePages(fd.get(), size);
  os::Mapping mapping(fd.get(), size, os::Mapping::Access::ReadWrite, os::Mapping::Pages::AsNeeded);
  os::addSeals(fd.get(), kSealsAgainstFaults);
  return {.fd = std::move(fd), .mapping = std::move(mapping)};
}

SealedMemory openSealedMemory(int fd, os::Mapping::Access access) {
  const char* const unsealed = "it is no memory file (memfd), or not sealed against shrinking";
  // Duplicated first: another thread may close `fd` at any time and get another file there. Until
  // the seals have told what it is, its end can block, and only those that pass are closed here.
  os::ForeignFd copy(os::duplicate(fd).release());
  if (!cannotShrink(copy.get())) throwNotSharedMemory(fd, unsealed);
  os::UniqueFd own = os::trusted(std::move(copy));
  if (os::hasHugePages(own.get())) throwNotSharedMemory(fd, "it has huge pages");
  const std::size_t size = os::fileSize(own.get());
  if (size == 0) throwNotSharedMemory(fd, "it is empty");
  if (size > kMaxSealedMemory) throwNotSharedMemory(fd, "it is larger than 1 TiB");
  os::Mapping mapping(own.get(), size, access, os::Mapping::Pages::AsNeeded);
  return {.fd = std::move(own), .mapping = std::move(mapping)};
}

}  // namespace uintr
