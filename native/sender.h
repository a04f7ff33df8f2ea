// A sender: posts one vector to one receiver.

#pragma once

#include <memory>

#include "backend.h"
#include "counters.h"
#include "os/shared_memory.h"
#include "os/unique_fd.h"

namespace uintr {

class Sender {
 public:
  // A vector fd, or on hardware a bare uvec fd; it stays the caller's. Throws os::SystemError or
  // Error. `counters` must live as long.
  Sender(int vectorFd, SenderCounters& counters);

  int vector() const { return vector_; }

  // Raises the vector and wakes the receiver if it sleeps; from the thread that created it.
  // Returns false when the receiver has closed.
  bool send() noexcept {
    // Asked before as well, because a receiver that comes later to the same thread would get what
    // is posted to this one on hardware.
    if (activityOf(loadState(*state_)) == Activity::Closed) return false;
    backend_->raise();
    ++counters_.posts;
    const StateWord state = loadState(*state_);
    if (activityOf(state) != Activity::Running) notify(state);
    return true;
  }

  // Hangs up (POLLRDHUP) when the receiver is gone, however it went. -1 for a bare uvec fd, which
  // does not tell: poll(2) finds it readable and writable at any time, and what is sent to a
  // receiver that has exited vanishes.
  int liveness() const { return vectorFd_.get(); }

 private:
  void notify(StateWord state) noexcept;

  SenderCounters& counters_;
  int vector_ = -1;
  os::UniqueFd vectorFd_;
  os::UniqueFd eventfd_;
  os::Mapping statePage_;
  const StatePage* state_;
  std::unique_ptr<SenderBackend> backend_;
};

}  // namespace uintr
