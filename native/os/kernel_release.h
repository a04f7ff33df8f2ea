// The version of the running kernel (uname(2)).

#pragma once

#include <sys/utsname.h>

#include <cstdio>

namespace uintr::os {

// Tells whether the running kernel is older than major.minor; false where the version is unknown.
inline bool isKernelBefore(int major, int minor) {
  utsname name{};
  int runningMajor = 0;
  int runningMinor = 0;
  if (::uname(&name) != 0 ||
      std::sscanf(name.release, "%d.%d", &runningMajor, &runningMinor) != 2) {
    return false;
  }
  return runningMajor < major || (runningMajor == major && runningMinor < minor);
}

}  // namespace uintr::os
