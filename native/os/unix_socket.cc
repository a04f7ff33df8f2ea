#include "os/unix_socket.h"

#include <poll.h>

#include <array>
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

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83  // asm-generic/socket.h of Linux 6.16 and later
#endif

// The control messages of a Unix socket other than its descriptors, which any holder of it can
// switch on, and which must not take the space of the descriptors (net/unix/af_unix.c,
// net/socket.c, net/core/scm.c):
constexpr std::size_t kOtherControl =
    CMSG_SPACE(2 * sizeof(std::int64_t)) +  // SO_TIMESTAMP, SO_TIMESTAMPNS
    CMSG_SPACE(6 * sizeof(std::int64_t)) +  // SO_TIMESTAMPING
    CMSG_SPACE(sizeof(ucred)) +             // SO_PASSCRED
    CMSG_SPACE(4096) +                      // SO_PASSSEC: a label has at most a page
    CMSG_SPACE(sizeof(int));                // SO_PASSPIDFD

template <std::size_t size>
struct alignas(cmsghdr) ControlSpace {
  std::array<std::byte, size> bytes;
};

}  // namespace

std::pair<UniqueFd, UniqueFd> createSocketPair(int type) {
  int fds[2];
  check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), "socketpair");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

ForeignFd connectUnix(std::string_view path, int type) {
  const UnixAddress address(path, "connect");
  ForeignFd socket(check(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  check(::connect(socket.get(), address.get(), address.length()), "connect");
  return socket;
}

void refuseFds(int socket) noexcept {
  const int off = 0;
  ::setsockopt(socket, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof off);
}

void takeOutOfBandInline(int streamSocket) noexcept {
  const int on = 1;
  ::setsockopt(streamSocket, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
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
  int type = 0;
  socklen_t length = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
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
  ControlSpace<CMSG_SPACE(kMaxFds * sizeof(int))> control;
  if (fds.size() > kMaxFds) throw SystemError{EMSGSIZE, "sendmsg"};
  if (!fds.empty()) {
    message.msg_control = control.bytes.data();
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

namespace {

ReceivedMessage receive(int socket, std::span<std::byte> data, std::size_t room, int flags) {
  iovec part{.iov_base = data.data(), .iov_len = data.size()};
  ControlSpace<kOtherControl + CMSG_SPACE(kMaxFds * sizeof(int))> control;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (room > 0) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = room < kMaxFds ? CMSG_LEN(room * sizeof(int)) : control.bytes.size();
  }
  const ssize_t size =
      check(::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT | flags), "recvmsg");

  ReceivedMessage result;
  result.size = static_cast<std::size_t>(size);
  result.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  result.fdsTruncated = (message.msg_flags & MSG_CTRUNC) != 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type != SCM_RIGHTS && header->cmsg_type != SCM_PIDFD) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    result.fds.reserve(count);  // a process that has no memory for this ends
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      if (header->cmsg_type == SCM_RIGHTS) {
        result.fds.emplace_back(fd);
      } else {
        const UniqueFd unwanted(fd);
      }
    }
  }
  return result;
}

}  // namespace

ReceivedMessage peekWithFds(int socket, std::span<std::byte> data, std::size_t room) {
  return receive(socket, data, room, MSG_PEEK);
}

ReceivedMessage takeWithFds(int socket, std::span<std::byte> data, std::size_t room) {
  return receive(socket, data, room, 0);
}

bool waitReadable(int socket, std::chrono::milliseconds timeout) {
  pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
  const int count = ::poll(&entry, 1, static_cast<int>(timeout.count()));
  if (count < 0 && errno != EINTR) throwErrno("poll");
  return count > 0;
}

bool isHungUp(int socket) {
  pollfd entry{.fd = socket, .events = 0, .revents = 0};
  return ::poll(&entry, 1, 0) > 0 && (entry.revents & POLLHUP) != 0;
}

std::size_t peekBytes(int socket, std::span<std::byte> data) {
  const ssize_t size = ::recv(socket, data.data(), data.size(), MSG_PEEK | MSG_DONTWAIT);
  return static_cast<std::size_t>(check(size, "recv"));
}

}  // namespace uintr::os
