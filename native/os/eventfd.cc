#include "os/eventfd.h"

#include <sys/eventfd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace uintr::os {

UniqueFd createEventfd() {
  return UniqueFd(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
}

bool isEventfd(int fd) {
  std::array<char, 64> target;
  const ssize_t length =
      ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target.data(), target.size());
  return length < 0 || std::string_view(target.data(), static_cast<std::size_t>(length)) ==
                           "anon_inode:[eventfd]";
}

void signalEventfd(int fd) noexcept {
  const std::uint64_t one = 1;
  const int saved = errno;
  [[maybe_unused]] const ssize_t ignored = ::write(fd, &one, sizeof one);
  errno = saved;
}

}  // namespace uintr::os
