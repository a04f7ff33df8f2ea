#pragma once

#include <sched.h>

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
  // Long enough for a peer that answers at once, from another core.
  constexpr int kFirstLooks = 128;
  constexpr int kLooks = 32;
  for (int looks = kFirstLooks;; looks = kLooks) {
    for (int i = 0; i < looks; ++i) {
      pauseCpu();
      if (condition()) return true;
    }
    if (std::chrono::steady_clock::now() >= deadline) return false;
    // The peer may be waiting for this very core: without this both would spin each other out.
    ::sched_yield();
    if (condition()) return true;
  }
}

}  // namespace uintr
