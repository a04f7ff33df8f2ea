// Spinning: a bounded busy-wait that lets other threads of the core go first.

#pragma once

#include <sched.h>

#include <chrono>

#include "cpu/hints.h"
#include "cpu/waitpkg.h"

namespace uintr {

// One bounded busy-wait, perhaps for several interrupts.
class Spin {
 public:
  explicit Spin(std::chrono::microseconds limit) : limit_(limit) {}

  // Spins for a few microseconds, without a clock or a system call: long enough for a peer that
  // answers at once, from another core. Returns whether the condition holds.
  template <typename Condition>
  static bool briefly(Condition&& condition) {
    if (condition()) return true;
    constexpr int kLooks = 128;
    for (int i = 0; i < kLooks; ++i) {
      pauseCpu();
      if (condition()) return true;
    }
    return false;
  }

  // Returns whether the condition holds; if not, the spin has reached its limit. `cacheLine` is the
  // one place where the condition will show first, or null.
  template <typename Condition>
  bool until(Condition&& condition, const void* cacheLine = nullptr) {
    if (briefly(condition)) return true;
    while (!timeIsUp()) {
      // The peer may be waiting for this very core: without a yield both would keep each other from
      // it.
      ::sched_yield();
      ++systemCalls_;
      if (condition() || rest(condition, cacheLine)) return true;
    }
    return false;
  }

  // Starts the clock, unless it runs. timeIsUp() does the same: reading the clock costs as much as
  // an interrupt, and most spins end before anybody asks for the time.
  void startClock() {
    if (isTimed_) return;
    isTimed_ = true;
    end_ = std::chrono::steady_clock::now() + limit_;
  }

  bool timeIsUp() {
    if (isTimed_) return std::chrono::steady_clock::now() >= end_;
    startClock();
    return limit_ <= limit_.zero();
  }

  int systemCalls() const { return systemCalls_; }

 private:
  // Rests for about a microsecond.
  template <typename Condition>
  static bool rest(Condition&& condition, const void* cacheLine) {
    const bool lightly = waitpkg::isThere();
    if (lightly && cacheLine != nullptr) {
      waitpkg::monitor(cacheLine);
      if (condition()) return true;
      waitpkg::rest(2000);
      return condition();
    }
    // UMWAIT monitors at most one cache line. A TPAUSE of 250 cycles is not much longer than PAUSE,
    // which takes 140 since Skylake (Intel's Optimization Reference Manual): an interrupt is seen
    // as soon.
    for (int i = lightly ? 8 : 32; i > 0; --i) {
      if (lightly) {
        waitpkg::pause(250);
      } else {
        pauseCpu();
      }
      if (condition()) return true;
    }
    return false;
  }

  std::chrono::microseconds limit_;
  std::chrono::steady_clock::time_point end_{};  // once the clock runs
  bool isTimed_ = false;                         // the clock runs
  int systemCalls_ = 0;
};

}  // namespace uintr
