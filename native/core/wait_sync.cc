#include "core/wait_sync.h"

#include <algorithm>

#include "core/spin.h"

namespace uintr {

namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr microseconds kBriefSleep{1000};  // where no wake-up can be relied on

// Un-parks whatever happens.
struct Park {
  explicit Park(Receiver& parked, Activity how) : receiver(parked), sleep(parked.park(how)) {}
  ~Park() { receiver.unpark(); }
  Receiver& receiver;
  Receiver::Sleep sleep;
};

// Returns when something may be pending, when the time is up, or for no reason at all; false if it
// has not come to sleep, because something was pending before.
bool sleep(Receiver& receiver, microseconds limit) {
  if (receiver.isMasked()) {
    // Nothing can be delivered, so nothing has to wake us: stay RUNNING and cost senders nothing.
    receiver.sleepOnEventfds(limit);
    return true;
  }
  const bool onFutex = receiver.canParkOnFutex();
  const Park park(receiver, onFutex ? Activity::ParkedOnFutex : Activity::ParkedOnEventfd);
  if (park.sleep == Receiver::Sleep::None) return false;
  if (park.sleep == Receiver::Sleep::Brief) limit = std::min(limit, kBriefSleep);
  if (onFutex) {
    receiver.sleepOnFutex(limit);
  } else {
    receiver.sleepOnEventfds(limit);
  }
  return true;
}

// Returns what is pending; nothing when the time is up.
std::uint64_t sleepUntilPending(Receiver& receiver, BusyPoll& busyPoll, microseconds limit,
                                microseconds waited) {
  const auto start = steady_clock::now();
  for (auto now = start; now - start < limit; now = steady_clock::now()) {
    const bool slept = sleep(receiver, std::chrono::ceil<microseconds>(limit - (now - start)));
    if (const std::uint64_t vectors = receiver.pending(); vectors != 0) {
      if (busyPoll.isAdaptive()) busyPoll.slept(waited + (steady_clock::now() - start));
      if (slept) ++receiver.counters().wakeUps;
      return vectors;
    }
  }
  return 0;
}

}  // namespace

int waitSync(Receiver& receiver, BusyPoll& busyPoll, microseconds limit, microseconds waited) {
  std::uint64_t vectors = receiver.pending();
  if (vectors == 0 && limit > limit.zero()) {
    auto left = limit;
    const auto spinning = std::clamp(busyPoll.limit() - waited, limit.zero(), limit);
    if (spinning > spinning.zero()) {
      Spin spin(spinning, busyPoll.isAdaptive() ? Spin::Until::Crowded : Spin::Until::TimeIsUp);
      vectors = receiver.spin(spin);
      busyPoll.spun(vectors != 0, spin.wasCrowded());
      // One that gave way to another thread may have taken no time at all.
      if (!spin.wasCrowded()) left -= spinning;
    }
    if (vectors == 0) vectors = sleepUntilPending(receiver, busyPoll, left, waited);
  }
  return receiver.takeHighest(vectors);
}

}  // namespace uintr
