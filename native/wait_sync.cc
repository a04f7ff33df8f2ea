#include "wait_sync.h"

#include "spin.h"

namespace uintr {

namespace {

using std::chrono::microseconds;

constexpr microseconds kBriefSleep{1000};  // where no wake-up can be relied on

// Un-parks whatever happens.
struct Park {
  explicit Park(Receiver& parked, Activity how) : receiver(parked), sleep(parked.park(how)) {}
  ~Park() { receiver.unpark(); }
  Receiver& receiver;
  Receiver::Sleep sleep;
};

// Returns when something may be pending, when the time is up, or for no reason at all.
void sleep(Receiver& receiver, microseconds limit) {
  if (receiver.isMasked()) {
    // Nothing can be delivered, so nothing has to wake us: stay RUNNING and cost senders nothing.
    receiver.sleepOnEventfds(limit);
    return;
  }
  const bool onFutex = receiver.canParkOnFutex();
  const Park park(receiver, onFutex ? Activity::ParkedOnFutex : Activity::ParkedOnEventfd);
  if (park.sleep == Receiver::Sleep::None) return;
  if (park.sleep == Receiver::Sleep::Brief) limit = std::min(limit, kBriefSleep);
  if (onFutex) {
    receiver.sleepOnFutex(limit);
  } else {
    receiver.sleepOnEventfds(limit);
  }
}

}  // namespace

int waitSync(Receiver& receiver, microseconds spin, microseconds limit) {
  std::uint64_t vectors = receiver.pending();
  if (vectors == 0) {
    if (limit <= limit.zero()) return -1;
    const auto arrives = [&] { return (vectors = receiver.pendingSoon()) != 0; };
    spin = std::min(spin, limit);
    Deadline spinning(spin);
    Deadline sleeping(limit - spin);
    if (spin > spin.zero()) spinUntil(arrives, spinning);
    while (vectors == 0) {
      const auto left = std::chrono::ceil<microseconds>(sleeping.left());
      if (left <= left.zero()) return -1;
      sleep(receiver, left);
      vectors = receiver.pending();
    }
  }
  return receiver.takeHighest(vectors);
}

}  // namespace uintr
