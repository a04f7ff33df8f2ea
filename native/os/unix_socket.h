// Unix sockets that pass descriptors: making, asking, sending and receiving.

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

// Creates a pair of connected AF_UNIX sockets, close-on-exec and non-blocking.
std::pair<UniqueFd, UniqueFd> createSocketPair(int type = SOCK_SEQPACKET);

// Connects to a socket file, or to an abstract address, which begins with a NUL (unix(7)). Never
// blocks: throws SystemError{EAGAIN} while the listener's queue is full.
UniqueFd connectUnix(std::string_view address, int type);

// Returns the type of a Unix socket, SOCK_STREAM or SOCK_SEQPACKET. Throws SystemError for any
// other descriptor, SOCK_DGRAM included.
int unixSocketType(int socket);

// Tells whether the descriptor is a socket of any family.
bool isSocket(int fd);

// Returns pid, uid and gid of the peer at the time when the connection was made (SO_PEERCRED).
ucred peerCredentials(int socket);

// Returns a pidfd of the same process (SO_PEERPIDFD, Linux 6.5); empty where the kernel is older.
UniqueFd peerPidFd(int socket);

// Returns a number that no other socket has had since this kernel started (SO_COOKIE,
// net/core/sock.c, sock_gen_cookie(); since Linux 5.10 across network namespaces). 0 if the kernel
// gives none.
std::uint64_t socketCookie(int socket);

// Sends data with descriptors attached (sendmsg(2), SCM_RIGHTS, unix(7)). Returns the number of
// bytes sent: all of them, except for a stream whose buffer is full. Throws SystemError{EAGAIN}
// when there was no room for any.
std::size_t sendWithFds(int socket, std::span<const std::byte> data, std::span<const int> fds);

// One message, as recvmsg(2) returned it.
struct ReceivedMessage {
  std::size_t size = 0;       // bytes of data stored; 0 and no descriptors mean end of stream
  bool truncated = false;     // the data was longer than the space for it
  bool fdsTruncated = false;  // some descriptors could not be received
  std::vector<UniqueFd> fds;
};

enum class Receive {
  Take,
  Peek  // leaves the message in the queue; its descriptors are duplicated
};

// Reads the next message (recvmsg(2)). Never blocks: throws SystemError{EAGAIN} when there is none.
ReceivedMessage receiveWithFds(int socket, std::span<std::byte> data, std::size_t maxFds,
                               Receive how);

// Waits until the socket is readable or hung up (poll(2)). Returns false when the time is up or a
// signal came.
bool waitReadable(int socket, std::chrono::milliseconds timeout);

}  // namespace uintr::os
