#include "wait_sync.h"

#include "spin.h"

namespace uintr {

namespace {

constexpr std::chrono::milliseconds kBriefSleep{1};  // where no wake-up can be relied on

void sleep(Receiver& receiver, std::chrono::milliseconds limit) {
  if (!receiver.backend().isUnmasked()) {
    // Nothing can be delivered, so nothing has to wake us: stay RUNNING and cost senders nothing.
    receiver.sleepOnEventfds(static_cast<int>(limit.count()));
    return;
  }
  const bool onFutex = receiver.canParkOnFutex();
  const auto parked = receiver.park(onFutex ? Activity::ParkedOnFutex : Activity::ParkedOnEventfd);
  if (parked == Receiver::Sleep::None) return;
  if (parked == Receiver::Sleep::Brief) limit = std::min(limit, kBriefSleep);
  if (onFutex) {
    receiver.sleepOnFutex(limit);
  } else {
    receiver.sleepOnEventfds(static_cast<int>(limit.count()));
  }
  receiver.unpark();
}

}  // namespace

int waitSync(Receiver& receiver, std::chrono::microseconds spin, std::chrono::milliseconds limit) {
  const auto isPending = [&] { return receiver.pending() != 0; };
  if (!spinUntil(isPending, std::min<std::chrono::microseconds>(spin, limit)) &&
      limit > limit.zero()) {
    sleep(receiver, limit);
  }
  return receiver.takeHighest();
}

}  // namespace uintr
