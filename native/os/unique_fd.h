// A file descriptor with one owner.

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "os/system_error.h"

namespace uintr::os {

// Owns one file descriptor, and closes it at the end.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  // Gives up the descriptor without closing it.
  int release() { return std::exchange(fd_, -1); }

  void reset() {
    // No retry on EINTR: Linux has freed the descriptor by then (close(2), "Dealing with error
    // returns from close()").
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// Duplicates a descriptor, close-on-exec (fcntl(2), F_DUPFD_CLOEXEC).
inline UniqueFd duplicate(int fd) {
  return UniqueFd(check(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "fcntl"));
}

}  // namespace uintr::os
