// A listening Unix socket, and its file if it has one.

#pragma once

#include <sys/types.h>

#include <string>

#include "os/foreign_fd.h"

namespace uintr::os {

// Owns the socket (SOCK_STREAM or SOCK_SEQPACKET) and removes the file with it.
class UnixListener {
 public:
  // Listens on a path, or on an abstract address (a leading NUL). The file appears only when the
  // socket listens and the file has its mode. A file that a dead listener left behind is replaced.
  // Throws SystemError{EADDRINUSE} when another process listens there or is about to, or when the
  // file is not a socket. `Fds::Refuse`: peers cannot send descriptors (Linux 6.16).
  enum class Fds { Take, Refuse };
  UnixListener(const std::string& address, int type, mode_t mode, int backlog, Fds fds);
  ~UnixListener();
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  int fd() const { return socket_.get(); }

  // Accepts the next connection, close-on-exec and non-blocking (accept4(2)). Throws
  // SystemError{EAGAIN} when there is none.
  ForeignFd accept();

 private:
  void refuseBacklog() noexcept;
  void restoreMode(const std::string& temporary, mode_t mode);
  void publish(const std::string& temporary, int type);

  ForeignFd socket_;
  std::string path_;  // empty for an abstract address
  // The identity of our file: another file may stand on the path by the time we remove ours.
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace uintr::os
