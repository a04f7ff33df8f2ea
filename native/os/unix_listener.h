#pragma once

#include <sys/types.h>

#include <string>

#include "os/unique_fd.h"

namespace uintr::os {

// A listening Unix socket (SOCK_STREAM or SOCK_SEQPACKET), and its file if it has one.
class UnixListener {
 public:
  // Listens on a path, or on an abstract address (a leading NUL). The file appears only once it is
  // listened on and has its mode; a file left behind by a dead listener is replaced. Throws
  // SystemError{EADDRINUSE} when somebody listens there, is about to, or the file is not a socket.
  UnixListener(const std::string& address, int type, mode_t mode, int backlog);
  ~UnixListener();
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  int fd() const { return socket_.get(); }

  // The next connection, close-on-exec and non-blocking; SystemError{EAGAIN} when there is none.
  UniqueFd accept();

 private:
  void restoreMode(const std::string& temporary, mode_t mode);
  void publish(const std::string& temporary, int type);

  UniqueFd socket_;
  std::string path_;  // empty for an abstract address
  dev_t device_ = 0;  // of the file: ours only as long as it is the same
  ino_t inode_ = 0;
};

}  // namespace uintr::os
