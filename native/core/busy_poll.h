// How long a receiver spins before it sleeps: for as long as it was told, or for as long as it
// pays.

#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "os/cpus.h"

namespace uintr {

class BusyPoll {
 public:
  using Micros = std::chrono::microseconds;

  // Nothing: 'auto'.
  explicit BusyPoll(std::optional<Micros> limit) : limit_(limit) {}

  // Whether sleeps and spins change it. If not, nobody need look at a clock for it, which takes 25
  // to 40 ns.
  bool isAdaptive() const { return !limit_ && !oneCore_; }

  // For the wait that begins now; zero: do not spin.
  Micros limit() const {
    if (limit_) return *limit_;
    return shortSleeps_ >= needed_ ? kWindow : Micros::zero();
  }

  // A spin has ended. `crowded`: another thread wanted this core meanwhile, perhaps the very
  // sender.
  void spun(bool interrupted, bool crowded) {
    if (interrupted && !crowded) {
      needed_ = kFewest;
      return;
    }
    // Backs off at once, and the longer the more often this happens.
    shortSleeps_ = 0;
    needed_ = std::min(needed_ * 4, kMost);
  }

  // An interrupt has ended a sleep.
  void slept(std::chrono::nanoseconds time) {
    shortSleeps_ = !isAdaptive() || time > kShortSleep ? 0 : std::min(shortSleeps_ + 1, kMost);
  }

 private:
  // A wake-up across cores takes up to some 60 us in a virtual machine. Peers that answer each
  // other at once sleep through two of them, and one that spins waits for one.
  static constexpr Micros kWindow{100};
  static constexpr Micros kShortSleep{200};
  static constexpr int kFewest = 2;
  static constexpr int kMost = 4096;

  std::optional<Micros> limit_;
  bool oneCore_ = os::allowedCpus() < 2;  // whoever spins there keeps the sender from sending
  int needed_ = kFewest;                  // short sleeps in a row before the next spin
  int shortSleeps_ = 0;
};

}  // namespace uintr
