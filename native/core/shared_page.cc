#include "core/shared_page.h"

#include "core/sealed_memory.h"
#include "protocol/post.h"

namespace uintr {

namespace {

int sealsFor(PageAccess access) {
  return access == PageAccess::HoldersRead ? kSealsAgainstFaults | F_SEAL_FUTURE_WRITE
                                           : kSealsAgainstFaults;
}

}  // namespace

SharedPage createPage(const char* name, PageAccess access) {
  os::UniqueFd fd = os::createMemfd(name, kPageSize);
  os::Mapping mapping(fd.get(), kPageSize, os::Mapping::Access::ReadWrite);
  *mapping.as<PageHeader>() = {.magic = kPageMagic, .version = kProtocolVersion};
  os::addSeals(fd.get(), sealsFor(access));
  return {.fd = std::move(fd), .mapping = std::move(mapping)};
}

std::optional<os::Mapping> openPage(int fd, PageAccess access) {
  const int missing = sealsFor(access) & ~os::seals(fd);
  if ((missing & kSealsAgainstFaults) != 0) return std::nullopt;
  if (missing != 0 && canSealFutureWrites()) return std::nullopt;
  if (os::fileSize(fd) != kPageSize) return std::nullopt;
  os::Mapping mapping(fd, kPageSize,
                      access == PageAccess::HoldersWrite ? os::Mapping::Access::ReadWrite
                                                         : os::Mapping::Access::ReadOnly);
  const PageHeader header = *mapping.as<const PageHeader>();
  if (header.magic != kPageMagic || header.version != kProtocolVersion) return std::nullopt;
  return mapping;
}

bool canSealFutureWrites() {
  try {
    static const bool available = [] {  // a fact about the running kernel
      const os::UniqueFd fd = os::createMemfd("uintr-probe", kPageSize);
      return ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == 0;
    }();
    return available;
  } catch (const os::SystemError&) {
    return false;  // for now: without memfds there is nothing to seal
  }
}

}  // namespace uintr
