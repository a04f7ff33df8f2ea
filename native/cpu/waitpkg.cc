#include "cpu/waitpkg.h"

#include "cpu/cpuid.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace uintr::waitpkg {

#if defined(__x86_64__)

namespace {

constexpr unsigned kLighterState = 1;  // C0.1; bit 0 of the control operand

}  // namespace

bool isThere() {
  static const bool is = cpuFeatures().waitpkg;
  return is;
}

__attribute__((target("waitpkg"))) void monitor(const void* line) {
  _umonitor(const_cast<void*>(line));
}

__attribute__((target("waitpkg"))) void rest(std::uint32_t cycles) {
  _umwait(kLighterState, __rdtsc() + cycles);
}

__attribute__((target("waitpkg"))) void pause(std::uint32_t cycles) {
  _tpause(kLighterState, __rdtsc() + cycles);
}

#else

bool isThere() {
  return false;
}

void monitor(const void*) {
}
void rest(std::uint32_t) {
}
void pause(std::uint32_t) {
}

#endif

}  // namespace uintr::waitpkg
