// Busy polling: how long a receiver spins before it sleeps. Either a fixed time, or as long as
// spinning pays.

#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "os/cpus.h"

namespace uintr {

class BusyPoll {
 public:
  using Micros = std::chrono::microseconds;

  // nullopt means 'auto'.
  explicit BusyPoll(std::optional<Micros> limit) : limit_(limit) {}

  // Whether sleeps and spins change the limit. If not, nobody has to look at a clock for slept(),
  // which takes 25 to 40 ns.
  bool isAdaptive() const { return !limit_ && !oneCore_; }

  // The limit of the spin that begins now; zero means: do not spin.
  Micros limit() const {
    if (limit_) return *limit_;
    return shortSleeps_ >= needed_ ? kWindow : Micros::zero();
  }

  // Learns how a spin has ended. `crowded`: another thread wanted this core meanwhile, perhaps the
  // sender.
  void spun(bool interrupted, bool crowded) {
    if (interrupted && !crowded) {
      needed_ = kFewest;
      return;
    }
    // Backs off at once, and for longer each time this happens.
    shortSleeps_ = 0;
    needed_ = std::min(needed_ * 4, kMost);
  }

  // Learns how long a sleep has lasted that an interrupt ended.
  void slept(std::chrono::nanoseconds time) {
    shortSleeps_ = !isAdaptive() || time > kShortSleep ? 0 : std::min(shortSleeps_ + 1, kMost);
  }

 private:
  // A wake-up across cores takes up to about 60 us in a virtual machine. Peers that answer each
  // other at once sleep through two wake-ups per round trip; a peer that spins waits for one.
  static constexpr Micros kWindow{100};
  static constexpr Micros kShortSleep{200};
  static constexpr int kFewest = 2;
  static constexpr int kMost = 4096;

  std::optional<Micros> limit_;
  bool oneCore_ = os::allowedCpus() < 2;  // a spin there keeps the sender from sending
  int needed_ = kFewest;                  // short sleeps in a row before the next spin
  int shortSleeps_ = 0;
};

}  // namespace uintr
