// Deliveries: how pending vectors reach JavaScript in one turn of the event loop. JavaScript is
// called first and then asks for vectors: what Node does around a callback (the async context
// before it, ticks and microtasks after it) and the call itself cost more than the rest of a
// delivery.

#pragma once

#include <uv.h>

#include <chrono>
#include <cstdint>

#include "core/receiver.h"
#include "core/spin.h"

namespace uintr {

// The vectors that the event loop takes from its receiver.
struct Intake {
  Receiver* receiver;        // null once closed
  std::uint64_t wanted = 0;  // the vectors that somebody listens for, a bit each

  bool canDeliver() const { return receiver != nullptr && wanted != 0 && !receiver->isMasked(); }

  std::uint64_t pending() const { return receiver->pending() & wanted; }

  // Takes the highest of `vectors` that is still raised and wanted, because an earlier listener may
  // have taken some or removed others; -1 when none is left. Removes it from `vectors`.
  int takeNext(std::uint64_t& vectors) const;
};

// Vectors to deliver. None may be left by the time that JavaScript asks.
class Delivery {
 public:
  virtual ~Delivery() = default;

  // Whether to call JavaScript once more.
  virtual bool startCallback() = 0;

  // Called from inside that callback. Takes the next vector, perhaps after some spinning; -1 if
  // there is none.
  virtual int next() = 0;
};

// Delivers what is pending after the loop's poll: each vector once, the highest first.
class PendingDelivery final : public Delivery {
 public:
  explicit PendingDelivery(Intake& intake) : intake_(intake), vectors_(intake.pending()) {}

  bool startCallback() override { return vectors_ != 0 && intake_.canDeliver(); }
  int next() override { return intake_.canDeliver() ? intake_.takeNext(vectors_) : -1; }

 private:
  Intake& intake_;
  std::uint64_t vectors_;
};

// Delivers what comes while the receiver spins before the loop's poll: a turn of the loop between
// two interrupts would cost more than the interrupts do. The loop's other work waits for little
// longer than the spin's limit, however many interrupts come.
class SpinDelivery final : public Delivery {
 public:
  // The spin's time runs from here on, and includes the time that listeners take. `otherWork` ends
  // it, and may be null.
  SpinDelivery(Intake& intake, Spin& spin, uv_loop_t* loop, const Receiver::OtherWork* otherWork);

  bool startCallback() override { return isFirst_ = goesOn(); }
  int next() override;

  int delivered() const { return delivered_; }
  bool hasDelivered() const { return delivered_ > 0; }

  // Whether the spin ended normally: its time was up, the loop has other work, or nothing came. Not
  // if the receiver was closed or masked meanwhile, or no JavaScript can run any more.
  bool hasEnded() const { return intake_.canDeliver() && (isTime_ || nothingCame_); }

 private:
  bool goesOn();
  bool clockIsDue();

  Intake& intake_;
  Spin& spin_;
  uv_loop_t* loop_;
  const Receiver::OtherWork* otherWork_;
  std::chrono::nanoseconds tick_;
  std::uint64_t vectors_ = 0;  // found by the last look, not yet delivered
  int delivered_ = 0;
  bool isFirst_ = false;  // the next vector is the first of a callback
  bool isTime_ = false;   // for the loop's other work
  bool nothingCame_ = false;
};

}  // namespace uintr
