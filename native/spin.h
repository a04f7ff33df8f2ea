#pragma once

#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace uintr {

inline void pauseCpu() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb");  // a real pause there; `yield` is a no-op on most cores
#endif
}

// Spins until the condition holds or the time is up; returns whether it holds.
template <typename Condition>
bool spinUntil(Condition&& condition, std::chrono::steady_clock::time_point deadline) {
  if (condition()) return true;
  do {
    // Reading the clock costs as much as some ten looks.
    for (int i = 0; i < 32; ++i) {
      pauseCpu();
      if (condition()) return true;
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

}  // namespace uintr
