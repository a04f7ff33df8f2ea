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

#include "os/foreign_fd.h"
#include "os/unique_fd.h"

namespace uintr::os {

// Creates a pair of connected AF_UNIX sockets, close-on-exec and non-blocking.
std::pair<UniqueFd, UniqueFd> createSocketPair(int type = SOCK_SEQPACKET);

// Connects to a socket file, or to an abstract address, which begins with a NUL (unix(7)). Never
// blocks: throws SystemError{EAGAIN} while the listener's queue is full.
ForeignFd connectUnix(std::string_view address, int type);

// Keeps peers from sending descriptors to this socket, and to those that it accepts from now on
// (SO_PASSRIGHTS, Linux 6.16): sendmsg(2) gives them EPERM. On older kernels it does nothing.
void refuseFds(int socket) noexcept;

// Takes data sent out of band (MSG_OOB) for other data of the stream. Elsewhere a read throws it
// away, and on this thread the descriptors that came with it.
void takeOutOfBandInline(int streamSocket) noexcept;

// Returns the type of a Unix socket, SOCK_STREAM or SOCK_SEQPACKET. Throws SystemError for any
// other descriptor, SOCK_DGRAM included.
int unixSocketType(int socket);

// Tells whether the descriptor is a socket of any family. Asks no file system, which may be another
// process (FUSE).
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

// The most descriptors that one message carries: SCM_MAX_FD of net/scm.h.
constexpr std::size_t kMaxFds = 253;

// One message, as recvmsg(2) returned it.
struct ReceivedMessage {
  std::size_t size = 0;       // bytes of data stored; 0 and no descriptors mean end of stream
  bool truncated = false;     // the data was longer than the space for it
  bool fdsTruncated = false;  // some descriptors could not be received
  std::vector<ForeignFd> fds;
};

// Both never wait for a message, and throw SystemError{EAGAIN} when there is none. `room` is for so
// many descriptors; with kMaxFds it is for the control messages as well that another holder of the
// same socket can switch on, and `fdsTruncated` then means EMFILE.

// Reads the next message and leaves it in the queue (recvmsg(2), MSG_PEEK). Its descriptors are
// duplicates. For those without room the queue still has the references, so none is dropped.
ReceivedMessage peekWithFds(int socket, std::span<std::byte> data, std::size_t room);

// Takes the next message (recvmsg(2)). Descriptors without room are dropped on this thread, which
// can block (foreign_fd.h) unless somebody holds duplicates of them.
ReceivedMessage takeWithFds(int socket, std::span<std::byte> data, std::size_t room);

// Waits until the socket is readable or hung up (poll(2)). Returns false when the time is up or a
// signal came.
bool waitReadable(int socket, std::chrono::milliseconds timeout);

// Tells whether the other end of a connected socket is gone (poll(2), POLLHUP). Never waits.
bool isHungUp(int socket);

// Reads the begin of the next message and leaves it in the queue, with its descriptors (recv(2),
// MSG_PEEK). Never waits: throws SystemError{EAGAIN} when there is no message.
std::size_t peekBytes(int socket, std::span<std::byte> data);

}  // namespace uintr::os
