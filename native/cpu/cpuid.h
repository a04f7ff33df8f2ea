// What CPUID says of the instructions that this library can use.

#pragma once

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace uintr {

struct CpuFeatures {
  bool uintr = false;    // CPUID.7.0:EDX[5]; the kernel must enable it as well
  bool waitpkg = false;  // CPUID.7.0:ECX[5]: UMONITOR, UMWAIT, TPAUSE
};

inline CpuFeatures cpuFeatures() {
  CpuFeatures features;
#if defined(__x86_64__)
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0) {
    features.uintr = (edx & 1U << 5) != 0;
    features.waitpkg = (ecx & 1U << 5) != 0;
  }
#endif
  return features;
}

}  // namespace uintr
