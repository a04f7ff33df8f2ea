#pragma once

#include <sched.h>

#include <chrono>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "cpu/waitpkg.h"
#include "os/context_switches.h"

namespace uintr {

inline void pauseCpu() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb");  // a real pause there; `yield` is a no-op on most cores
#endif
}

// One time of spinning, perhaps for several interrupts.
class Spin {
 public:
  // Crowded: at the latest when the time is up, too.
  enum class Until { TimeIsUp, Crowded };

  explicit Spin(std::chrono::microseconds limit, Until until = Until::TimeIsUp)
      : limit_(limit), watchesCrowd_(until == Until::Crowded) {}

  // A few microseconds, without a clock or a system call: long enough for a peer that answers at
  // once, from another core. Returns whether the condition holds.
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

  // Returns whether the condition holds; if not, the time is up. `line` is where it will show
  // first, if there is one such place.
  template <typename Condition>
  bool until(Condition&& condition, const void* line = nullptr) {
    if (briefly(condition)) return true;
    while (!isOver()) {
      // The peer may be waiting for this very core: without this both would spin each other out.
      ::sched_yield();
      ++systemCalls_;
      if (condition()) {
        lookForCrowd();
        return true;
      }
      if (rest(condition, line)) return true;
    }
    return false;
  }

  // The time is counted from the first question: the clock costs as much as an interrupt, and most
  // spins end before anybody asks.
  bool timeIsUp() {
    const auto now = std::chrono::steady_clock::now();
    if (!std::exchange(asked_, true)) end_ = now + limit_;
    return now >= end_;
  }

  // Whether another thread got this core meanwhile.
  bool wasCrowded() const { return crowded_; }

  int systemCalls() const { return systemCalls_; }

 private:
  bool isOver() {
    lookForCrowd();
    return crowded_ || timeIsUp();
  }

  void lookForCrowd() {
    if (!watchesCrowd_) return;
    const long switches = os::involuntarySwitches();
    ++systemCalls_;
    crowded_ = crowded_ || (switches_ >= 0 && switches != switches_);
    switches_ = switches;
  }

  // For about a microsecond.
  template <typename Condition>
  static bool rest(Condition&& condition, const void* line) {
    const bool lightly = waitpkg::isThere();
    if (lightly && line != nullptr) {
      waitpkg::monitor(line);
      if (condition()) return true;
      waitpkg::rest(2000);
      return condition();
    }
    // One line at the most can be monitored. A TPAUSE of 250 cycles is not much longer than PAUSE,
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
  std::chrono::steady_clock::time_point end_;
  bool asked_ = false;
  bool watchesCrowd_;
  bool crowded_ = false;
  long switches_ = -1;  // of this thread, at the last look
  int systemCalls_ = 0;
};

}  // namespace uintr
