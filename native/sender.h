// A sender: posts one vector to one receiver.

#pragma once

#include <memory>

#include "backend.h"
#include "os/shared_memory.h"
#include "os/unique_fd.h"

namespace uintr {

class Sender {
 public:
  // `vectorFd` stays the caller's. Throws os::SystemError or Error.
  explicit Sender(int vectorFd);

  int vector() const { return vector_; }

  // Raises the vector and wakes the receiver if it sleeps; from the thread that created it.
  // Returns false when the receiver has closed.
  bool send() noexcept;

  // Hangs up (POLLRDHUP) when the receiver is gone, however it went.
  int liveness() const { return vectorFd_.get(); }

 private:
  void notify(StateWord state) noexcept;

  int vector_;
  os::UniqueFd vectorFd_;
  os::UniqueFd eventfd_;
  os::Mapping state_;
  std::unique_ptr<SenderBackend> backend_;
};

}  // namespace uintr
