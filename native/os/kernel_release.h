#pragma once

#include <sys/utsname.h>

#include <cstdio>

namespace uintr::os {

// Whether the running kernel is older than major.minor; false where it does not say.
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
