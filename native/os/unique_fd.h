// A file descriptor with one owner.

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "os/system_error.h"

namespace uintr::os {

// Owns one file descriptor, and closes it at the end by the given function.
template <void (*closeFd)(int) noexcept>
class BasicFd {
 public:
  BasicFd() = default;
  explicit BasicFd(int fd) : fd_(fd) {}
  BasicFd(BasicFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  BasicFd& operator=(BasicFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  BasicFd(const BasicFd&) = delete;
  BasicFd& operator=(const BasicFd&) = delete;
  ~BasicFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  // Gives up the descriptor without closing it.
  int release() { return std::exchange(fd_, -1); }

  void reset() {
    if (fd_ >= 0) closeFd(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

inline void closeHere(int fd) noexcept {
  // No retry on EINTR: Linux has freed the descriptor by then (close(2), "Dealing with error
  // returns from close()").
  ::close(fd);
}

// A descriptor of our own. One that may be another process's is a ForeignFd (foreign_fd.h).
using UniqueFd = BasicFd<closeHere>;

// Duplicates a descriptor, close-on-exec (fcntl(2), F_DUPFD_CLOEXEC).
inline UniqueFd duplicate(int fd) {
  return UniqueFd(check(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "fcntl"));
}

}  // namespace uintr::os
