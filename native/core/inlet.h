// An inlet: the receiver's side of one vector fd, and the one owner of everything that goes when
// the last holder of that vector fd has gone.

#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/backend.h"
#include "os/unique_fd.h"

namespace uintr {

struct Inlet {
  // What an outer layer keeps for one inlet: the event loop its polls, JavaScript's side its view.
  // Destroyed with the inlet, before the inlet's descriptors are closed.
  struct Attachment {
    virtual ~Attachment() = default;
  };

  // The word of PIR with the vector's bit: not 0 while the vector is pending. Keeps its page
  // mapped.
  std::shared_ptr<std::atomic<std::uint32_t>> pendingWord() const {
    return {inbox.upid, wordOf(inbox.upid->pir, vector)};
  }

  // The bare carrier, where C programs can use it (a uvec fd); otherwise -1.
  int uvecFd() const { return inbox.carrier.get(); }

  int vector;
  Inbox inbox;
  os::UniqueFd eventfd;  // readable once a sender has woken the receiver
  os::UniqueFd socket;   // hangs up (POLLHUP) when the last holder is gone
  std::size_t index;     // where the receiver has it
  std::vector<std::unique_ptr<Attachment>> attachments{};
};

}  // namespace uintr
