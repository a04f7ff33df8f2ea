#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "os/unique_fd.h"

namespace uintr::os {

// A pair of connected AF_UNIX SOCK_SEQPACKET sockets, close-on-exec and non-blocking.
std::pair<UniqueFd, UniqueFd> createSocketPair();

// Sends one message with descriptors attached (SCM_RIGHTS, unix(7)).
void sendWithFds(int socket, std::span<const std::byte> data, std::span<const int> fds);

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
