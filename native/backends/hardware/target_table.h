// Our share of the user-interrupt target table (UITT): which uipi indexes are ours, and for whom.

#pragma once

#include "backends/hardware/kernel.h"

namespace uintr::hardware {

// A uipi index for a uvec fd, valid for as long as this lives. Use it on the thread that made it.
class Target {
 public:
  // `socket`: the vector fd's os::socketCookie, by which its senders share an index; 0 without one.
  Target(Kernel kernel, int uvecFd, std::uint64_t socket);  // throws os::SystemError
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target();

  // For SENDUIPI. An index that is not ours any more would raise SIGSEGV, one beyond the table
  // takes Intel's 6.8 kernel down: no other value may ever reach the instruction.
  std::uint64_t uipiIndex() const { return uipiIndex_; }

 private:
  Kernel kernel_;
  int uipiIndex_;
};

}  // namespace uintr::hardware
