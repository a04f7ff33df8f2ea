#include "os/unix_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <cstring>

namespace uintr::os {

namespace {

// Room for control messages that carry `count` descriptors, aligned as cmsg(3) asks for.
std::vector<std::max_align_t> controlSpace(std::size_t count) {
  const std::size_t bytes = CMSG_SPACE(count * sizeof(int));
  return std::vector<std::max_align_t>(bytes / sizeof(std::max_align_t) + 1);
}

}  // namespace

std::pair<UniqueFd, UniqueFd> createSocketPair() {
  int fds[2];
  check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), "socketpair");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void sendWithFds(int socket, std::span<const std::byte> data, std::span<const int> fds) {
  iovec part{.iov_base = const_cast<std::byte*>(data.data()), .iov_len = data.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  auto control = controlSpace(fds.size());
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  check(::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT), "sendmsg");
}

ReceivedMessage receiveWithFds(int socket, std::span<std::byte> data, std::size_t maxFds,
                               Receive how) {
  iovec part{.iov_base = data.data(), .iov_len = data.size()};
  auto control = controlSpace(maxFds);
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = CMSG_LEN(maxFds * sizeof(int));  // not CMSG_SPACE: one more would fit

  ReceivedMessage result;
  result.fds.reserve(maxFds);  // nothing below may throw while it holds bare descriptors
  const int flags = MSG_CMSG_CLOEXEC | MSG_DONTWAIT | (how == Receive::Peek ? MSG_PEEK : 0);
  result.size = static_cast<std::size_t>(check(::recvmsg(socket, &message, flags), "recvmsg"));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      result.fds.emplace_back(fd);
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
