#pragma once

#include <sched.h>

#include <limits>

namespace uintr::os {

// How many CPUs this thread may run on.
inline int allowedCpus() {
  cpu_set_t cpus;
  // Fails on machines with more CPUs than the set can hold: sched_setaffinity(2).
  if (::sched_getaffinity(0, sizeof cpus, &cpus) != 0) return std::numeric_limits<int>::max();
  return CPU_COUNT(&cpus);
}

}  // namespace uintr::os
