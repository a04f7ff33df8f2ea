#include "os/unix_listener.h"

#include <sys/file.h>
#include <sys/stat.h>

#include "os/unix_address.h"
#include "os/unix_socket.h"

namespace uintr::os {

namespace {

// Makes `.name~` of `name`, in the same folder: all processes that want to listen on one path get
// the same hidden path.
std::string hiddenBeside(const std::string& path, const char* ending) {
  const std::size_t base = path.rfind('/') + 1;  // npos + 1 is 0
  return path.substr(0, base) + "." + path.substr(base) + ending;
}

struct Unlink {
  explicit Unlink(const std::string& unlinked) : path(unlinked) {}
  ~Unlink() { ::unlink(path.c_str()); }
  const std::string& path;
};

// The lock that a process holds while it starts to listen on a path. The lock is on a file that
// only its owner can open, not on the directory, which every user who can read it could lock. When
// the holder is killed the file stays, and the next process locks it.
class PathLock {
 public:
  explicit PathLock(const std::string& path)
      : name_(hiddenBeside(path, ".uintr-lock")),
        file_(
            check(::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), "open")) {
    // Several processes at once: one listens, and the others fail at once instead of waiting.
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) throwErrno("flock");
      throw SystemError{EADDRINUSE, "bind"};
    }
    struct stat ours {};
    struct stat there {};
    check(::fstat(file_.get(), &ours), "fstat");
    // The previous holder has just removed the file: a lock on a file without a name keeps nobody
    // out.
    if (::lstat(name_.c_str(), &there) != 0 || ours.st_ino != there.st_ino) {
      throw SystemError{EADDRINUSE, "bind"};
    }
  }
  ~PathLock() { ::unlink(name_.c_str()); }
  PathLock(const PathLock&) = delete;
  PathLock& operator=(const PathLock&) = delete;

 private:
  std::string name_;
  UniqueFd file_;
};

bool isSocket(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

bool isDeadSocket(const std::string& path, int type) {
  try {
    connectUnix(path, type);
    return false;
  } catch (const SystemError& error) {
    // connect(2) gives ECONNREFUSED for a plain file, too.
    return error.error == ECONNREFUSED && isSocket(path);
  }
}

}  // namespace

UnixListener::UnixListener(const std::string& address, int type, mode_t mode, int backlog, Fds fds)
    : socket_(check(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")) {
  if (fds == Fds::Refuse) refuseFds(socket_.get());
  if (address.starts_with('\0')) {
    const UnixAddress name(address, "bind");
    check(::bind(socket_.get(), name.get(), name.length()), "bind");
    check(::listen(socket_.get(), backlog), "listen");
    return;
  }
  path_ = address;
  const UnixAddress checked(path_, "bind");  // throws before any file exists
  const PathLock lock(path_);
  const std::string temporary = hiddenBeside(path_, "~");
  const UnixAddress name(temporary, "bind");
  // The file is from a process that was killed between bind and publish: a live one would hold the
  // lock.
  if (isSocket(temporary)) ::unlink(temporary.c_str());
  // At bind the file takes the mode of the socket, less the umask (net/unix/af_unix.c,
  // unix_bind_bsd), so it is never more open than the caller wants.
  check(::fchmod(socket_.get(), mode), "fchmod");
  check(::bind(socket_.get(), name.get(), name.length()), "bind");
  const Unlink unlink(temporary);
  restoreMode(temporary, mode);
  check(::listen(socket_.get(), backlog), "listen");
  publish(temporary, type);
}

UnixListener::~UnixListener() {
  refuseBacklog();
  if (path_.empty()) return;
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) return;
  // Another process may have replaced our file.
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

// Gives the file the permissions that the umask took away. Other users who can write to the
// directory may have replaced the file, so the mode is set through a descriptor that is known to be
// a socket.
void UnixListener::restoreMode(const std::string& temporary, mode_t mode) {
  const UniqueFd file(check(::open(temporary.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC), "open"));
  struct stat status {};
  check(::fstat(file.get(), &status), "fstat");
  if (!S_ISSOCK(status.st_mode)) throw SystemError{EADDRINUSE, "bind"};
  device_ = status.st_dev;
  inode_ = status.st_ino;
  if ((status.st_mode & 0777) == mode) return;
  // fchmod(2) does not take an O_PATH descriptor.
  check(::chmod(("/proc/self/fd/" + std::to_string(file.get())).c_str(), mode), "chmod");
}

// Gives the file its real name by link(2), once the socket listens. A socket file that refuses
// connections is therefore always dead, and never one that is about to listen.
void UnixListener::publish(const std::string& temporary, int type) {
  if (::link(temporary.c_str(), path_.c_str()) == 0) return;
  if (errno != EEXIST) throwErrno("link");
  if (!isDeadSocket(path_, type)) throw SystemError{EADDRINUSE, "bind"};
  check(::rename(temporary.c_str(), path_.c_str()), "rename");
}

// Leaves nothing in the backlog whose end could block, so that the socket can be closed here, and
// with it an abstract name is free at once.
void UnixListener::refuseBacklog() noexcept {
  // From now on connect(2) fails (net/unix/af_unix.c, unix_stream_connect()).
  ::shutdown(socket_.get(), SHUT_RD);
  for (;;) {
    const int fd = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      const ForeignFd refused(fd);
    } else if (errno != ECONNABORTED) {
      break;
    }
  }
  // Anything else (EMFILE) has left connections there, which end with the socket elsewhere.
  if (errno == EAGAIN || errno == EINVAL) const UniqueFd empty = trusted(std::move(socket_));
}

ForeignFd UnixListener::accept() {
  return ForeignFd(
      check(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept4"));
}

}  // namespace uintr::os
