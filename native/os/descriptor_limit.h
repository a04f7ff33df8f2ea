// How many descriptors this process may have (getrlimit(2), RLIMIT_NOFILE).

#pragma once

#include <sys/resource.h>

#include <cstdint>

#include "os/system_error.h"

namespace uintr::os {

// Returns the limit that holds now, the soft one, which Node.js raises to the hard one at its
// start. It needs no /proc.
inline std::uint64_t descriptorLimit() {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  return limit.rlim_cur;
}

}  // namespace uintr::os
