#pragma once

#include <sched.h>

#include <chrono>
#include <utility>

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

// A point in time, counted from the first question: the clock costs as much as an interrupt, and
// most waits end before anybody asks.
class Deadline {
 public:
  explicit Deadline(std::chrono::microseconds limit) : limit_(limit) {}

  std::chrono::nanoseconds left() {
    const auto now = std::chrono::steady_clock::now();
    if (!std::exchange(asked_, true)) at_ = now + limit_;
    return at_ - now;
  }
  bool hasPassed() { return left() <= std::chrono::nanoseconds::zero(); }

 private:
  std::chrono::microseconds limit_;
  std::chrono::steady_clock::time_point at_;
  bool asked_ = false;
};

// Spins until the condition holds or the time is up; returns whether it holds.
template <typename Condition>
bool spinUntil(Condition&& condition, Deadline& deadline) {
  if (condition()) return true;
  // Long enough for a peer that answers at once, from another core.
  constexpr int kFirstLooks = 128;
  constexpr int kLooks = 32;
  for (int looks = kFirstLooks;; looks = kLooks) {
    for (int i = 0; i < looks; ++i) {
      pauseCpu();
      if (condition()) return true;
    }
    if (deadline.hasPassed()) return false;
    // The peer may be waiting for this very core: without this both would spin each other out.
    ::sched_yield();
    if (condition()) return true;
  }
}

}  // namespace uintr
