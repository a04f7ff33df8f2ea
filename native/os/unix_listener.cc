#include "os/unix_listener.h"

#include <sys/file.h>
#include <sys/stat.h>

#include "os/unix_address.h"
#include "os/unix_socket.h"

namespace uintr::os {

namespace {

// `.name~` beside `name`: the same for all who want to listen on this path.
std::string hiddenBeside(const std::string& path, const char* ending) {
  const std::size_t base = path.rfind('/') + 1;  // npos + 1 is 0
  return path.substr(0, base) + "." + path.substr(base) + ending;
}

struct Unlink {
  explicit Unlink(const std::string& unlinked) : path(unlinked) {}
  ~Unlink() { ::unlink(path.c_str()); }
  const std::string& path;
};

// Who wants to listen on a path holds its lock while doing so. A file of its own, which only its
// owner can open: whoever can read a directory could lock that. Should its holder be killed, the
// next one takes over the file.
class PathLock {
 public:
  explicit PathLock(const std::string& path)
      : name_(hiddenBeside(path, ".uintr-lock")),
        file_(
            check(::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), "open")) {
    // Of several that come at once one is served, and the others need not wait for how it ends.
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) throwErrno("flock");
      throw SystemError{EADDRINUSE, "bind"};
    }
    struct stat ours {};
    struct stat there {};
    check(::fstat(file_.get(), &ours), "fstat");
    // Whoever held it has just removed it: a lock on what has no name keeps nobody out.
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
    // A plain file is refused as a dead socket is.
    return error.error == ECONNREFUSED && isSocket(path);
  }
}

}  // namespace

UnixListener::UnixListener(const std::string& address, int type, mode_t mode, int backlog)
    : socket_(check(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")) {
  if (address.starts_with('\0')) {
    const UnixAddress name(address, "bind");
    check(::bind(socket_.get(), name.get(), name.length()), "bind");
    check(::listen(socket_.get(), backlog), "listen");
    return;
  }
  path_ = address;
  const UnixAddress checked(path_, "bind");  // before anything is made
  const PathLock lock(path_);
  const std::string temporary = hiddenBeside(path_, "~");
  const UnixAddress name(temporary, "bind");
  // Of one who was killed here: all others hold the lock.
  if (isSocket(temporary)) ::unlink(temporary.c_str());
  // The file takes the mode of the socket at bind, less the umask (net/unix/af_unix.c,
  // unix_bind_bsd): at no time is it more open than asked for.
  check(::fchmod(socket_.get(), mode), "fchmod");
  check(::bind(socket_.get(), name.get(), name.length()), "bind");
  const Unlink unlink(temporary);
  restoreMode(temporary, mode);
  check(::listen(socket_.get(), backlog), "listen");
  publish(temporary, type);
}

UnixListener::~UnixListener() {
  if (path_.empty()) return;
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) return;
  // Somebody may have put another file there.
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

// What the umask took away; of the file that was bound and not, where others can write to the
// directory, of what they have put in its place.
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

// Bound under another name and then linked, so that whoever finds the file can connect: a socket
// that refuses is a dead one, not one that is about to listen.
void UnixListener::publish(const std::string& temporary, int type) {
  if (::link(temporary.c_str(), path_.c_str()) == 0) return;
  if (errno != EEXIST) throwErrno("link");
  if (!isDeadSocket(path_, type)) throw SystemError{EADDRINUSE, "bind"};
  check(::rename(temporary.c_str(), path_.c_str()), "rename");
}

UniqueFd UnixListener::accept() {
  return UniqueFd(
      check(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept4"));
}

}  // namespace uintr::os
