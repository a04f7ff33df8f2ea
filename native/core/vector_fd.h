// A vector fd: one end of a socketpair whose queue holds one message, the bundle, with everything
// a sender needs. Any holder peeks it; nobody consumes it. The socket itself tells either side
// when the other is gone, however it went.

#pragma once

#include "core/backend.h"
#include "os/unique_fd.h"

namespace uintr {

// What a bundle says, and its descriptors: `int` for the receiver, who keeps its own, os::UniqueFd
// for a holder, whose they are.
template <typename Fd>
struct Bundle {
  int vector;
  BackendKind backend;
  Fd state;    // the receiver's state page
  Fd eventfd;  // wakes the receiver
  Fd carrier;  // carries the interrupt: see Inbox
};

struct VectorFdPair {
  os::UniqueFd receiverEnd;  // hangs up when the last holder is gone
  os::UniqueFd holderEnd;    // the vector fd: hangs up when the receiver is gone
};

// Makes a vector fd and queues its bundle.
VectorFdPair createVectorFd(const Bundle<int>& bundle);

// Reads the bundle of a vector fd. Throws os::SystemError for what the kernel refuses (EBADF), and
// Error for a descriptor that is no vector fd or speaks another version.
Bundle<os::UniqueFd> peekBundle(int vectorFd);

}  // namespace uintr
