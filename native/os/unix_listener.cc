#include "os/unix_listener.h"

#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <cstddef>

#include "os/kernel_release.h"
#include "os/unix_address.h"
#include "os/unix_socket.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452  // Linux 6.6, the same on all architectures
#endif

namespace uintr::os {

namespace {

// Where the name begins in a path; npos + 1 is 0.
std::size_t baseOf(const std::string& path) {
  return path.rfind('/') + 1;
}

// Makes `.name~` of `name`: all processes that want to listen on one path get the same hidden name.
std::string hidden(const std::string& name, const char* ending) {
  return "." + name + ending;
}

struct Unlink {
  Unlink(int in, const std::string& unlinked) : folder(in), name(unlinked) {}
  ~Unlink() { ::unlinkat(folder, name.c_str(), 0); }
  Unlink(const Unlink&) = delete;
  Unlink& operator=(const Unlink&) = delete;
  int folder;
  const std::string& name;
};

// The lock that a process holds while it starts to listen on a path. The lock is on a file that
// only its owner can open, not on the directory, which every user who can read it could lock. When
// the holder is killed the file stays, and the next process locks it.
class PathLock {
 public:
  PathLock(int folder, const std::string& name)
      : folder_(folder),
        name_(hidden(name, ".uintr-lock")),
        file_(
            check(::openat(folder, name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600),
                  "open")) {
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
    if (::fstatat(folder_, name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0 ||
        ours.st_ino != there.st_ino) {
      throw SystemError{EADDRINUSE, "bind"};
    }
  }
  ~PathLock() { ::unlinkat(folder_, name_.c_str(), 0); }
  PathLock(const PathLock&) = delete;
  PathLock& operator=(const PathLock&) = delete;

 private:
  int folder_;
  std::string name_;
  UniqueFd file_;
};

bool isSocket(int folder, const std::string& name) {
  struct stat status {};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISSOCK(status.st_mode);
}

bool isRefused(const std::string& path, int type) {
  try {
    connectUnix(path, type);
    return false;
  } catch (const SystemError& error) {
    return error.error == ECONNREFUSED;
  }
}

// Tells whether a socket file in the folder that refuses connections must be dead. The kernel finds
// a socket by the inode in its own memory (net/unix/af_unix.c, unix_find_bsd), so a file that is
// seen through another mount, or from another machine, refuses connections although its listener
// lives.
bool refusalMeansDeath(int folder) {
  struct statfs status {};
  check(::fstatfs(folder, &status), "fstatfs");
  switch (static_cast<unsigned long>(status.f_type)) {
    case 0x65735546:  // FUSE, virtiofs: fs/fuse/inode.c
    case NFS_SUPER_MAGIC:
    case V9FS_MAGIC:
    case SMB_SUPER_MAGIC:
    case 0xff534d42:  // CIFS: linux/magic.h has it since Linux 5.17
    case 0xfe534d42:  // SMB2
    case 0x00c36400:  // Ceph: linux/magic.h has it since Linux 5.16
    case AFS_FS_MAGIC:
      return false;
    default:
      return true;
  }
}

// Tells whether nobody but us and root can put another file in the place of one of ours.
bool keepsFiles(int folder) {
  struct stat status {};
  check(::fstat(folder, &status), "fstat");
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) return false;
  return (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (status.st_mode & S_ISVTX) != 0;
}

// Sets the mode of a file through a descriptor of O_PATH, which fchmod(2) does not take. The name
// alone would not do where others can put a symbolic link there.
void setMode(int file, int folder, const std::string& name, mode_t mode) {
  if (::chmod(("/proc/self/fd/" + std::to_string(file)).c_str(), mode) == 0) return;
  // There is no /proc here. Older kernels may have another call by that number.
  if (!isKernelBefore(6, 6) && ::syscall(SYS_fchmodat2, file, "", mode, AT_EMPTY_PATH) == 0) return;
  if (!keepsFiles(folder)) throw SystemError{ENOTSUP, "chmod"};
  check(::fchmodat(folder, name.c_str(), mode, 0), "chmod");
}

}  // namespace

UnixListener::UnixListener(const std::string& address, int type, mode_t mode, int backlog, Fds fds)
    : socket_(check(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")) {
  if (fds == Fds::Refuse) refuseFds(socket_.get());
  const UnixAddress name(address, "bind");  // throws before any file exists
  if (address.starts_with('\0')) {
    check(::bind(socket_.get(), name.get(), name.length()), "bind");
    check(::listen(socket_.get(), backlog), "listen");
    return;
  }
  const std::string folder = address.substr(0, baseOf(address));
  name_ = address.substr(folder.size());
  folder_ = UniqueFd(check(
      ::open(folder.empty() ? "." : folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open"));
  const PathLock lock(folder_.get(), name_);
  bindAndListen(address, type, mode, backlog);
  try {
    probe(address, type);
  } catch (...) {
    removeFile();
    throw;
  }
}

UnixListener::~UnixListener() {
  refuseBacklog();
  removeFile();
}

void UnixListener::removeFile() {
  if (inode_ == 0) return;
  struct stat status {};
  if (::fstatat(folder_.get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  // Another process may have replaced our file.
  if (status.st_dev == device_ && status.st_ino == inode_) {
    ::unlinkat(folder_.get(), name_.c_str(), 0);
  }
}

void UnixListener::bindAndListen(const std::string& path, int type, mode_t mode, int backlog) {
  const std::string temporary = hidden(name_, "~");
  const UnixAddress bound(path.substr(0, baseOf(path)) + temporary, "bind");
  // The file is from a process that was killed between bind and publish: a live one would hold the
  // lock.
  if (isSocket(folder_.get(), temporary)) ::unlinkat(folder_.get(), temporary.c_str(), 0);
  // At bind the file takes the mode of the socket, less the umask (net/unix/af_unix.c,
  // unix_bind_bsd), so it is never more open than the caller wants.
  check(::fchmod(socket_.get(), mode), "fchmod");
  check(::bind(socket_.get(), bound.get(), bound.length()), "bind");
  const Unlink unlink(folder_.get(), temporary);
  restoreMode(temporary, mode);
  check(::listen(socket_.get(), backlog), "listen");
  publish(path, temporary, type);
}

// Gives the file the permissions that the umask took away. Other users who can write to the
// directory may have replaced the file, so the mode is set through a descriptor that is known to be
// a socket.
void UnixListener::restoreMode(const std::string& temporary, mode_t mode) {
  const UniqueFd file(
      check(::openat(folder_.get(), temporary.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC), "open"));
  struct stat status {};
  check(::fstat(file.get(), &status), "fstat");
  if (!S_ISSOCK(status.st_mode)) throw SystemError{EADDRINUSE, "bind"};
  device_ = status.st_dev;
  inode_ = status.st_ino;
  if ((status.st_mode & 0777) != mode) setMode(file.get(), folder_.get(), temporary, mode);
}

// Gives the file its real name once the socket listens. A socket file that refuses connections is
// therefore always dead, and never one that is about to listen. The file keeps its inode by
// rename(2) on every file system; link(2) gives it another one on FUSE, and is forbidden elsewhere.
void UnixListener::publish(const std::string& path, const std::string& temporary, int type) {
  const int folder = folder_.get();
  // A raw call: musl has no renameat2().
  if (::syscall(SYS_renameat2, folder, temporary.c_str(), folder, name_.c_str(),
                RENAME_NOREPLACE) == 0) {
    return;
  }
  // Either the name is taken, or the file system does not know the flag. A dead socket then takes
  // the name first, because bind(2) never replaces a file.
  const UniqueFd reserving(check(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket"));
  const UnixAddress address(path, "bind");
  if (::bind(reserving.get(), address.get(), address.length()) != 0) {
    if (errno != EADDRINUSE) throwErrno("bind");
    // connect(2) gives ECONNREFUSED for a plain file, too.
    const bool dead = refusalMeansDeath(folder) && isRefused(path, type) && isSocket(folder, name_);
    if (!dead) throw SystemError{EADDRINUSE, "bind"};
  }
  check(::renameat(folder, temporary.c_str(), folder, name_.c_str()), "rename");
}

// Tries to connect: there are file systems on which nobody can. accept() drops this connection,
// which it knows by its address, an abstract one that the kernel chooses (unix(7), "Autobind").
void UnixListener::probe(const std::string& path, int type) {
  const UniqueFd client(check(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  sockaddr_un own{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t length = sizeof own;
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  check(::bind(client.get(), address, sizeof own.sun_family), "bind");
  check(::getsockname(client.get(), address, &length), "getsockname");
  const UnixAddress file(path, "connect");
  if (::connect(client.get(), file.get(), file.length()) == 0) {
    probe_.assign(own.sun_path, length - offsetof(sockaddr_un, sun_path));
  } else if (errno == ECONNREFUSED) {
    throw SystemError{ENOTSUP, "bind"};
  }
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
  for (;;) {
    sockaddr_un peer{};
    socklen_t length = sizeof peer;
    ForeignFd accepted(check(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                                       SOCK_CLOEXEC | SOCK_NONBLOCK),
                             "accept4"));
    const std::size_t size = length - offsetof(sockaddr_un, sun_path);
    if (probe_.empty() || probe_ != std::string_view(peer.sun_path, size)) return accepted;
    probe_.clear();
  }
}

}  // namespace uintr::os
