// The number of involuntary context switches of the calling thread (getrusage(2)).

#pragma once

#include <sys/resource.h>

namespace uintr::os {

// Counts how often this thread has lost its core to another thread, by sched_yield(2) or by
// preemption.
inline long involuntarySwitches() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);  // cannot fail
  return usage.ru_nivcsw;
}

}  // namespace uintr::os
