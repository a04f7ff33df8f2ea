#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "os/unique_fd.h"

namespace uintr::os {

// A pair of connected AF_UNIX sockets, close-on-exec and non-blocking.
std::pair<UniqueFd, UniqueFd> createSocketPair(int type = SOCK_SEQPACKET);

// Connects to a socket file, or to an abstract address, which begins with a NUL (unix(7)). It never
// blocks: SystemError{EAGAIN} while the listener's queue is full.
UniqueFd connectUnix(std::string_view address, int type);

// SOCK_STREAM or SOCK_SEQPACKET: what a descriptor is, if it is a Unix socket that carries
// messages both ways; otherwise SystemError.
int unixSocketType(int socket);

// Of any kind.
bool isSocket(int fd);

// Who was at the other end when the connection was made (SO_PEERCRED).
ucred peerCredentials(int socket);

// A pidfd of that process (SO_PEERPIDFD, Linux 6.5); empty where the kernel does not know it.
UniqueFd peerPidFd(int socket);

// Names the socket among all that this kernel has had since it started (SO_COOKIE, net/core/sock.c,
// sock_gen_cookie(): since Linux 5.10 across network namespaces). 0 where there is none.
std::uint64_t socketCookie(int socket);

// Sends data with descriptors attached (SCM_RIGHTS, unix(7)). Returns how many bytes were taken:
// all of them, but for a stream whose buffer is full. SystemError{EAGAIN} when none were.
std::size_t sendWithFds(int socket, std::span<const std::byte> data, std::span<const int> fds);

// What recvmsg(2) returned.
struct ReceivedMessage {
  std::size_t size = 0;       // bytes of data stored; 0 with no descriptors: end of stream
  bool truncated = false;     // the data was longer than the space given
  bool fdsTruncated = false;  // there were descriptors that could not be received
  std::vector<UniqueFd> fds;
};

enum class Receive {
  Take,
  Peek  // leave the message in the queue; its descriptors are duplicated
};

// Reads the next message. It never blocks: SystemError{EAGAIN} when there is none.
ReceivedMessage receiveWithFds(int socket, std::span<std::byte> data, std::size_t maxFds,
                               Receive how);

// Waits until the socket is readable or hung up; false when the time is up.
bool waitReadable(int socket, std::chrono::milliseconds timeout);

// As many descriptors as one message can carry (net/scm.h, SCM_MAX_FD).
inline constexpr std::size_t kMaxFdsPerMessage = 253;

}  // namespace uintr::os
