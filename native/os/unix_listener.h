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
  // Throws SystemError{EADDRINUSE} when another process listens there or may do so, is about to, or
  // when the file is not a socket; SystemError{ENOTSUP} when the file system makes a file to
  // which nobody can connect. `Fds::Refuse`: peers cannot send descriptors (Linux 6.16).
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
  void bindAndListen(const std::string& path, int type, mode_t mode, int backlog);
  void refuseBacklog() noexcept;
  void restoreMode(const std::string& temporary, mode_t mode);
  void publish(const std::string& path, const std::string& temporary, int type);
  void probe(const std::string& path, int type);
  void removeFile();

  ForeignFd socket_;
  // The folder of our file, and the name in it: the working directory may change, and the folder
  // may get another path. Both are empty for an abstract address.
  UniqueFd folder_;
  std::string name_;
  // The identity of our file: another file may stand on the path by the time we remove ours. No
  // file has inode 0.
  dev_t device_ = 0;
  ino_t inode_ = 0;
  // The address of the connection by which probe() tried the file; empty once it was accepted.
  std::string probe_;
};

}  // namespace uintr::os
