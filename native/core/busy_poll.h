// Busy polling: how long a receiver spins before it sleeps. Either a fixed time, or as long as
// spinning pays.

#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "os/context_switches.h"
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
    return spins_ ? kWindow : Micros::zero();
  }

  // Learns how many interrupts a spin has caught. Looks at the clock and at the context switches
  // only once a spin was in vain or many have caught something: both cost as much as an interrupt.
  // Returns the number of system calls.
  int spun(int interrupts) {
    if (!isAdaptive()) return 0;
    caught_ += interrupts;
    if (interrupts > 0 && caught_ < kJudged) return 0;
    const bool paid = hasPaid();
    const auto now = Clock::now();
    if (paid) {
      paidAt_ = now;
      needed_ = kFewest;
    } else if (now - paidAt_ > kPatience) {
      // For longer each time.
      spins_ = false;
      needed_ = std::min(needed_ * 8, kMost);
    }
    return 1;
  }

  // Learns how long a sleep has lasted that an interrupt ended. Returns the number of system calls.
  int slept(std::chrono::nanoseconds time) {
    if (!isAdaptive() || spins_) return 0;
    shortSleeps_ = time > kShortSleep ? 0 : shortSleeps_ + 1;
    if (shortSleeps_ < needed_) return 0;
    shortSleeps_ = 0;
    spins_ = true;
    paidAt_ = Clock::now();
    hasPaid();  // counts from here on
    return 1;
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Whether the spins since the last call were worth their time. Where the peer shares this core,
  // each interrupt takes a context switch, and sleeping is faster. Where the peer has a core of its
  // own but other threads want this one, too, thousands come between two switches.
  bool hasPaid() {
    const long switches = os::involuntarySwitches();
    const long crowds = switches - std::exchange(switches_, switches);
    const int caught = std::exchange(caught_, 0);
    return caught >= kMany && caught >= kPerCrowd * crowds;
  }

  // A wake-up across cores takes up to about 60 us in a virtual machine. Peers that answer each
  // other at once sleep through two wake-ups per round trip; a peer that spins waits for one.
  static constexpr Micros kWindow{100};
  static constexpr Micros kShortSleep{200};
  // Interrupts that pay for a spin in vain of this window, by what their wake-ups would have cost.
  static constexpr int kMany = 32;
  static constexpr int kPerCrowd = 8;
  static constexpr int kJudged = 128;
  // Spinning begins to pay when both peers do it, and, if they share a core with others, once the
  // scheduler has pulled them apart, which takes it some 10 to 60 ms.
  static constexpr std::chrono::milliseconds kPatience{64};
  static constexpr int kFewest = 2;
  static constexpr int kMost = 1 << 17;  // a second at least: patience costs some per cent of it

  std::optional<Micros> limit_;
  bool oneCore_ = os::allowedCpus() < 2;  // a spin there keeps the sender from sending
  bool spins_ = false;
  int needed_ = kFewest;        // short sleeps in a row before it spins again
  int shortSleeps_ = 0;         // in a row, while it does not spin
  int caught_ = 0;              // interrupts since hasPaid() has looked
  long switches_ = 0;           // involuntary ones, when hasPaid() looked
  Clock::time_point paidAt_{};  // when spins paid, or began
};

}  // namespace uintr
