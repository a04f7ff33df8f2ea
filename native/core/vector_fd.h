// A vector fd: one end of a socketpair whose queue holds one message, the bundle, with everything
// that a sender needs. Every holder peeks at the bundle and leaves it there. The socket tells
// either side when the other side is gone, however it went.

#pragma once

#include "os/foreign_fd.h"
#include "protocol/bundle.h"

namespace uintr {

// What a bundle says, and its descriptors: `int` for the receiver, which keeps its own descriptors;
// os::ForeignFd for a holder, which owns the ones that it has received.
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

// Makes a vector fd and queues its bundle. Throws os::SystemError.
VectorFdPair makeVectorFd(const Bundle<int>& bundle);

// Reads the bundle of a vector fd (recvmsg with MSG_PEEK). Throws os::SystemError for what the
// kernel refuses (EBADF), and Error for a descriptor that is no vector fd or has another version.
Bundle<os::ForeignFd> peekBundle(int vectorFd);

}  // namespace uintr
