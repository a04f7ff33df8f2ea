#include "os/unix_listener.h"

#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <cstdio>

#include "os/unix_address.h"
#include "os/unix_socket.h"

namespace uintr::os {

namespace {

std::string directoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A name in the same directory; short, so that it fits wherever the path does.
std::string temporaryFor(const std::string& path) {
  std::uint32_t random = 0;
  check(::getrandom(&random, sizeof random, GRND_NONBLOCK), "getrandom");
  char name[16];
  std::snprintf(name, sizeof name, "/.%08x", random);
  return directoryOf(path) + name;
}

struct Unlink {
  explicit Unlink(const std::string& unlinked) : path(unlinked) {}
  ~Unlink() { ::unlink(path.c_str()); }
  const std::string& path;
};

bool isDeadSocket(const std::string& path, int type) {
  try {
    connectUnix(path, type);
    return false;
  } catch (const SystemError& error) {
    // A plain file is refused as a dead socket is.
    struct stat status {};
    return error.error == ECONNREFUSED && ::lstat(path.c_str(), &status) == 0 &&
           S_ISSOCK(status.st_mode);
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
  const UnixAddress checked(address, "bind");  // before anything is made
  const std::string temporary = temporaryFor(address);
  const UnixAddress name(temporary, "bind");
  // The file takes the mode of the socket at bind, less the umask (net/unix/af_unix.c,
  // unix_bind_bsd): at no time is it more open than asked for.
  check(::fchmod(socket_.get(), mode), "fchmod");
  check(::bind(socket_.get(), name.get(), name.length()), "bind");
  const Unlink unlink(temporary);
  check(::chmod(temporary.c_str(), mode), "chmod");  // what the umask took away
  check(::listen(socket_.get(), backlog), "listen");
  struct stat status {};
  check(::lstat(temporary.c_str(), &status), "lstat");
  path_ = address;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  publish(temporary, type);
}

UnixListener::~UnixListener() {
  if (path_.empty()) return;
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) return;
  // Somebody may have put another file there.
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

// Bound under another name and then linked, so that whoever finds the file can connect: a socket
// that refuses is a dead one, not one that is about to listen.
void UnixListener::publish(const std::string& temporary, int type) {
  const auto link = [&] { return ::link(temporary.c_str(), path_.c_str()); };
  if (link() == 0) return;
  if (errno != EEXIST) throwErrno("link");
  if (!isDeadSocket(path_, type)) throw SystemError{EADDRINUSE, "bind"};
  // Of several that want to replace it one may, and looks again: another may have been faster.
  const std::string directory = directoryOf(path_);
  const UniqueFd lock(check(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open"));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 || !isDeadSocket(path_, type)) {
    throw SystemError{EADDRINUSE, "bind"};
  }
  check(::rename(temporary.c_str(), path_.c_str()), "rename");
}

UniqueFd UnixListener::accept() {
  return UniqueFd(
      check(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept4"));
}

}  // namespace uintr::os
