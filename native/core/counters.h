// What happened to a receiver or a sender so far. JavaScript owns the memory and reads it without a
// native call; doubles, because JavaScript reads them as they are. A new counter is a new line in
// one of the two lists: lib/core/stats.ts gets the names from here, in this order.

#pragma once

#include <cstddef>

namespace uintr {

// posts        found raised, on each vector fd
// deliveries   vectors taken, in whatever way
// sleeps       announced to the senders, and so wake-ups asked for
// wakeUps      sleeps that an interrupt ended
// spinsPaid    an interrupt came
// spinsVain    none came
// systemCalls  ours, to wait; the event loop's own calls are libuv's
#define UINTR_RECEIVER_COUNTERS(counter)                                                 \
  counter(posts) counter(deliveries) counter(sleeps) counter(wakeUps) counter(spinsPaid) \
      counter(spinsVain) counter(systemCalls)

// posts        sent
// wakeUps      of a receiver that slept: a system call each
#define UINTR_SENDER_COUNTERS(counter) counter(posts) counter(wakeUps)

#define UINTR_COUNTER_MEMBER(name) double name;
#define UINTR_COUNTER_NAME(name) #name,

struct ReceiverCounters {
  UINTR_RECEIVER_COUNTERS(UINTR_COUNTER_MEMBER)
};

struct SenderCounters {
  UINTR_SENDER_COUNTERS(UINTR_COUNTER_MEMBER)
};

inline constexpr const char* kReceiverCounters[] = {UINTR_RECEIVER_COUNTERS(UINTR_COUNTER_NAME)};
inline constexpr const char* kSenderCounters[] = {UINTR_SENDER_COUNTERS(UINTR_COUNTER_NAME)};

#undef UINTR_COUNTER_MEMBER
#undef UINTR_COUNTER_NAME

// JavaScript counts a post that it makes by itself there: lib/core/stats.ts, countPost().
static_assert(offsetof(SenderCounters, posts) == 0);

}  // namespace uintr
