// A sender: posts one vector to one receiver.

#pragma once

#include <memory>

#include "core/backend.h"
#include "core/counters.h"
#include "os/foreign_fd.h"
#include "os/shared_memory.h"

namespace uintr {

class Sender {
 public:
  // A vector fd, or on hardware a bare uvec fd; it stays the caller's. The bundle says which of
  // `backends` carries the interrupt. Throws os::SystemError or Error. `counters` must live as
  // long.
  Sender(int vectorFd, Backends backends, SenderCounters& counters);

  int vector() const { return vector_; }

  // Raises the vector and wakes the receiver if it sleeps; from the thread that created the sender.
  // Returns false when the receiver has closed.
  bool send() noexcept;

  // The part of send() after the raise, for a caller that has raised the vector by itself.
  void wake() noexcept;

  // The words of the receiver's PIR and state that a post is made of; null where a post needs an
  // instruction that only native code has.
  struct Words {
    std::atomic<std::uint32_t>* pir;
    const std::atomic<std::uint32_t>* state;
  };
  Words words() noexcept;

  // Hangs up (POLLRDHUP) when the receiver is gone, however it went. -1 for a bare uvec fd, which
  // does not tell: poll(2) finds it readable and writable at any time, and posts to a receiver that
  // has exited vanish.
  int liveness() const { return vectorFd_.get(); }

 private:
  SenderCounters& counters_;
  int vector_ = -1;
  os::ForeignFd vectorFd_;  // its queue holds what the receiver likes
  os::ForeignFd eventfd_;   // not known to be one where /proc is not mounted
  os::Mapping statePage_;
  const StatePage* state_;
  std::unique_ptr<SenderBackend> backend_;
};

}  // namespace uintr
