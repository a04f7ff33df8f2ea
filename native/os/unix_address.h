// The address of a Unix socket, in the form that bind(2) and connect(2) take.

#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string_view>

#include "os/system_error.h"

namespace uintr::os {

// Holds a path, or a leading NUL and an abstract name, in which every byte counts (unix(7),
// "Abstract sockets").
class UnixAddress {
 public:
  // Throws SystemError{ENAMETOOLONG, syscall} when the address has no room for the name.
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
