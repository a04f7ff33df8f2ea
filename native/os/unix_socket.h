#pragma once

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

// What recvmsg(2) found at the head of a socket's queue.
struct PeekedMessage {
  std::size_t size = 0;       // bytes of data stored
  bool truncated = false;     // the data was longer than the space given
  bool fdsTruncated = false;  // there were descriptors that could not be received
  std::vector<UniqueFd> fds;  // duplicates; the message keeps its own
};

// Reads the next message and leaves it in the queue (MSG_PEEK): any number of readers may do so.
// It never blocks: SystemError{EAGAIN} when there is no message.
PeekedMessage peekWithFds(int socket, std::span<std::byte> data, std::size_t maxFds);

}  // namespace uintr::os
