// The entries of the user-interrupt target table (UITT) that this library has, shared by its
// senders.

#pragma once

#include "backends/hardware/kernel.h"

namespace uintr::hardware {

// A uipi index for a uvec fd, valid for as long as this object lives. Use it on the thread that
// made it.
class Target {
 public:
  // `socket` is the os::socketCookie of the vector fd, by which its senders share an index, or 0.
  Target(Kernel kernel, int uvecFd, std::uint64_t socket);  // throws os::SystemError
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target();

  // Returns the operand for SENDUIPI; no other value may reach the instruction. An index that was
  // given back would raise SIGSEGV, and an index beyond the table takes Intel's 6.8 kernel down.
  std::uint64_t uipiIndex() const { return uipiIndex_; }

 private:
  Kernel kernel_;
  int uipiIndex_;
};

}  // namespace uintr::hardware
