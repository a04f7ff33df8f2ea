// A monotonic clock that is cheap to read and coarse.

#pragma once

#include <time.h>

#include <chrono>

namespace uintr::os {

// Returns the time since an arbitrary point in the past, in steps of the kernel's timer (1 to 10
// ms). Reading it takes a few nanoseconds; a precise clock takes twenty times that in a virtual
// machine.
inline std::chrono::nanoseconds coarseTime() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);  // cannot fail
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace uintr::os
