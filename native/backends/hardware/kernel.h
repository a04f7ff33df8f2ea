// The two families of UINTR system calls, as one table of numbers and shapes. Neither is in
// mainline: there the numbers are other calls, so nothing here may run before detection.

#pragma once

#include "backends/hardware/hardware.h"
#include "os/unique_fd.h"

namespace uintr::hardware {

class Kernel {
 public:
  // Which family answers, by calls without side effects; Abi::None when neither does. Only once
  // TESTUI has been seen not to fault.
  static Abi probe();

  explicit Kernel(Abi abi) : abi_(abi) {}

  Abi abi() const { return abi_; }

  // Registers the handler of the calling thread. `waiting` asks the kernel to wake the thread from
  // any blocking call (UINTR_HANDLER_FLAG_*); a kernel that cannot do so is asked without.
  void registerHandler(void* handler, bool waiting) const;
  void unregisterHandler() const noexcept;

  // A uvec fd for the vector of the calling thread's handler; close-on-exec, as every copy of it
  // has to be (os::duplicate): a post to a receiver that executes takes a kernel down.
  os::UniqueFd createFd(int vector) const;
  const char* createFdName() const;  // the system call

  // The vector behind a uvec fd; -1 when the descriptor is none. Throws os::SystemError without
  // descriptors left to look.
  int vectorOf(int uvecFd) const;

  // A uipi index for SENDUIPI. On rfc-v1 of the calling thread, on uintr-next of the process.
  int registerSender(int uvecFd) const;
  void unregisterSender(int uvecFd, int uipiIndex) const noexcept;

 private:
  Abi abi_;
};

}  // namespace uintr::hardware
