// The claim of one receiver on its thread: the kernel has one user-interrupt handler per thread.

#pragma once

#include "os/system_error.h"

namespace uintr {

class ThreadRegistration {
 public:
  // Throws os::SystemError{EBUSY}, as the second uintr_register_handler of a thread fails.
  ThreadRegistration() {
    if (taken_) throw os::SystemError{EBUSY, "uintr_register_handler"};
    taken_ = true;
  }
  ~ThreadRegistration() { taken_ = false; }
  ThreadRegistration(const ThreadRegistration&) = delete;
  ThreadRegistration& operator=(const ThreadRegistration&) = delete;

 private:
  static inline thread_local bool taken_ = false;
};

}  // namespace uintr
