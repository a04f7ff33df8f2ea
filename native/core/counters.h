// What happened to a receiver or a sender so far. The memory is JavaScript's, which reads it
// without a call: lib/core/stats.ts has the same order. Doubles, because JavaScript reads those as
// they are.

#pragma once

namespace uintr {

struct ReceiverCounters {
  double posts;        // found raised, on each vector fd
  double deliveries;   // vectors taken, in whatever way
  double sleeps;       // announced to the senders, and so wake-ups asked for
  double wakeUps;      // sleeps that an interrupt ended
  double spinsPaid;    // an interrupt came
  double spinsVain;    // none came
  double systemCalls;  // ours, to wait; the event loop's own are libuv's
};

struct SenderCounters {
  double posts;
  double wakeUps;  // of a receiver that slept: a system call each
};

}  // namespace uintr
