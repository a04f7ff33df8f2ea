// The number of CPUs that the calling thread may use (sched_getaffinity(2)).

#pragma once

#include <sched.h>

#include <limits>

namespace uintr::os {

// Counts the CPUs that this thread may run on.
inline int allowedCpus() {
  cpu_set_t cpus;
  // The call fails on machines with more CPUs than the set can hold: sched_setaffinity(2).
  if (::sched_getaffinity(0, sizeof cpus, &cpus) != 0) return std::numeric_limits<int>::max();
  return CPU_COUNT(&cpus);
}

}  // namespace uintr::os
