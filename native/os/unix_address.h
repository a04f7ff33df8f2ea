#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string_view>

#include "os/system_error.h"

namespace uintr::os {

// The address of a Unix socket: a path, or after a leading NUL an abstract name, of which every
// byte counts (unix(7), "Abstract sockets").
class UnixAddress {
 public:
  // Throws SystemError{ENAMETOOLONG, syscall}.
  UnixAddress(std::string_view path, const char* syscall) {
    const bool abstract = path.starts_with('\0');
    const std::size_t size = path.size() + (abstract ? 0 : 1);  // a path ends with a NUL
    if (size > sizeof address_.sun_path) throw SystemError{ENAMETOOLONG, syscall};
    std::memcpy(address_.sun_path, path.data(), path.size());
    length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  }

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t length() const { return length_; }

 private:
  sockaddr_un address_{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t length_;
};

}  // namespace uintr::os
