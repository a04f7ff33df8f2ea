#include "core/wait_sync.h"

#include <algorithm>

#include "core/spin.h"

namespace uintr {

namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr microseconds kBriefSleep{1000};  // while a wake-up may be lost

// Parks the receiver, and unparks it in any case.
struct Park {
  explicit Park(Receiver& parked, Activity how) : receiver(parked), sleep(parked.park(how)) {}
  ~Park() { receiver.unpark(); }
  Receiver& receiver;
  Receiver::Sleep sleep;
};

// Sleeps until something may be pending or the limit is reached, or returns for no reason at all.
// Returns false without sleep if something was pending already.
bool sleep(Receiver& receiver, microseconds limit) {
  if (receiver.isMasked()) {
    // Nothing can be taken, so nobody has to wake us: stay RUNNING and cost senders nothing.
    receiver.sleepOnDescriptors(limit);
    return true;
  }
  const bool onFutex = receiver.canParkOnFutex();
  const Park park(receiver, onFutex ? Activity::ParkedOnFutex : Activity::ParkedOnEventfd);
  if (park.sleep == Receiver::Sleep::None) return false;
  if (park.sleep == Receiver::Sleep::Brief) limit = std::min(limit, kBriefSleep);
  if (onFutex) {
    receiver.sleepOnFutex(limit);
  } else {
    receiver.sleepOnDescriptors(limit);
  }
  return true;
}

// Returns the pending vectors; none when the limit is reached.
std::uint64_t sleepUntilPending(Receiver& receiver, BusyPoll& busyPoll, microseconds limit,
                                microseconds waited) {
  const auto start = steady_clock::now();
  for (auto now = start; now - start < limit; now = steady_clock::now()) {
    const bool slept = sleep(receiver, std::chrono::ceil<microseconds>(limit - (now - start)));
    if (const std::uint64_t vectors = receiver.pending(); vectors != 0) {
      if (busyPoll.isAdaptive()) {
        const auto time = waited + (steady_clock::now() - start);
        receiver.counters().systemCalls += busyPoll.slept(time);
      }
      if (slept) ++receiver.counters().wakeUps;
      return vectors;
    }
  }
  return 0;
}

}  // namespace

int waitSync(Receiver& receiver, BusyPoll& busyPoll, microseconds limit, microseconds waited) {
  receiver.pollSources();
  std::uint64_t vectors = receiver.pending();
  if (vectors == 0 && limit > limit.zero()) {
    auto left = limit;
    const auto spinning = std::clamp(busyPoll.limit() - waited, limit.zero(), limit);
    if (spinning > spinning.zero()) {
      Spin spin(spinning);
      vectors = receiver.spin(spin);
      receiver.counters().systemCalls += busyPoll.spun(vectors != 0 ? 1 : 0);
      left -= spinning;
    }
    if (vectors == 0) vectors = sleepUntilPending(receiver, busyPoll, left, waited);
  }
  return receiver.takeHighest(vectors);
}

}  // namespace uintr
