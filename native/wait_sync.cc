#include "wait_sync.h"

#include "spin.h"

namespace uintr {

namespace {

constexpr std::chrono::milliseconds kBriefSleep{1};  // where no wake-up can be relied on

void sleep(Receiver& receiver, std::chrono::milliseconds limit) {
  if (!receiver.backend().isUnmasked()) {
    // Nothing can be delivered, so nothing has to wake us: stay RUNNING and cost senders nothing.
    receiver.sleepOnEventfds(limit);
    return;
  }
  const bool onFutex = receiver.canParkOnFutex();
  const auto parked = receiver.park(onFutex ? Activity::ParkedOnFutex : Activity::ParkedOnEventfd);
  if (parked == Receiver::Sleep::None) return;
  if (parked == Receiver::Sleep::Brief) limit = std::min(limit, kBriefSleep);
  if (onFutex) {
    receiver.sleepOnFutex(limit);
  } else {
    receiver.sleepOnEventfds(limit);
  }
  receiver.unpark();
}

}  // namespace

int waitSync(Receiver& receiver, std::chrono::microseconds spin, std::chrono::milliseconds limit) {
  int vector = receiver.takeHighest();
  if (vector >= 0 || limit <= limit.zero()) return vector;
  const auto pending = [&] { return receiver.pending() != 0; };
  spin = std::min<std::chrono::microseconds>(spin, limit);
  if (spin <= spin.zero() || !spinUntil(pending, std::chrono::steady_clock::now() + spin)) {
    sleep(receiver, limit);
  }
  return receiver.takeHighest();
}

}  // namespace uintr
