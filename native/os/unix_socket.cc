#include "os/unix_socket.h"

#include <poll.h>
#include <sys/stat.h>

#include <cstring>

#include "os/unix_address.h"

namespace uintr::os {

namespace {

#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04  // linux/socket.h of Linux 6.5 and later
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77  // asm-generic/socket.h of Linux 6.5 and later
#endif

// The space for the credentials and the pidfd that a message carries if another holder of the
// socket asks for them (SO_PASSCRED, SO_PASSPIDFD). They must not take the space of the
// descriptors.
constexpr std::size_t kOtherControl = CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int));

// Aligned as cmsg(3) asks for.
std::vector<std::max_align_t> controlSpace(std::size_t bytes) {
  return std::vector<std::max_align_t>(bytes / sizeof(std::max_align_t) + 1);
}

}  // namespace

std::pair<UniqueFd, UniqueFd> createSocketPair(int type) {
  int fds[2];
  check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), "socketpair");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

UniqueFd connectUnix(std::string_view path, int type) {
  const UnixAddress address(path, "connect");
  UniqueFd socket(check(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  check(::connect(socket.get(), address.get(), address.length()), "connect");
  return socket;
}

int unixSocketType(int socket) {
  const auto option = [&](int name) {
    int value = 0;
    socklen_t length = sizeof value;
    check(::getsockopt(socket, SOL_SOCKET, name, &value, &length), "getsockopt");
    return value;
  };
  if (option(SO_DOMAIN) != AF_UNIX) throw SystemError{EAFNOSUPPORT, "getsockopt"};
  const int type = option(SO_TYPE);
  if (type != SOCK_STREAM && type != SOCK_SEQPACKET) throw SystemError{EPROTOTYPE, "getsockopt"};
  return type;
}

bool isSocket(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

ucred peerCredentials(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  check(::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length), "getsockopt");
  return peer;
}

UniqueFd peerPidFd(int socket) {
  int pidFd = -1;
  socklen_t length = sizeof pidFd;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidFd, &length) == 0) return UniqueFd(pidFd);
  if (errno == ENOPROTOOPT) return {};
  throwErrno("getsockopt");
}

std::uint64_t socketCookie(int socket) {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  return ::getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &length) == 0 ? cookie : 0;
}

std::size_t sendWithFds(int socket, std::span<const std::byte> data, std::span<const int> fds) {
  iovec part{.iov_base = const_cast<std::byte*>(data.data()), .iov_len = data.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  auto control = controlSpace(CMSG_SPACE(fds.size_bytes()));
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return static_cast<std::size_t>(check(sent, "sendmsg"));
}

ReceivedMessage receiveWithFds(int socket, std::span<std::byte> data, std::size_t maxFds,
                               Receive how) {
  iovec part{.iov_base = data.data(), .iov_len = data.size()};
  // A caller that expects no descriptors gives no space for any, so none enters this process:
  // closing a stranger's descriptor can block.
  const std::size_t controlSize =
      maxFds == 0 ? 0 : kOtherControl + CMSG_SPACE(maxFds * sizeof(int));
  auto control = controlSpace(controlSize);
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = controlSize;

  ReceivedMessage result;
  // The largest number that can arrive: nothing below may throw while it holds bare descriptors.
  result.fds.reserve(controlSize / sizeof(int));
  const int flags = MSG_CMSG_CLOEXEC | MSG_DONTWAIT | (how == Receive::Peek ? MSG_PEEK : 0);
  result.size = static_cast<std::size_t>(check(::recvmsg(socket, &message, flags), "recvmsg"));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type != SCM_RIGHTS && header->cmsg_type != SCM_PIDFD) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      os::UniqueFd owned(fd);
      if (header->cmsg_type == SCM_RIGHTS) result.fds.push_back(std::move(owned));
    }
  }
  result.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  result.fdsTruncated = (message.msg_flags & MSG_CTRUNC) != 0;
  return result;
}

bool waitReadable(int socket, std::chrono::milliseconds timeout) {
  pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
  const int count = ::poll(&entry, 1, static_cast<int>(timeout.count()));
  if (count < 0 && errno != EINTR) throwErrno("poll");
  return count > 0;
}

}  // namespace uintr::os
