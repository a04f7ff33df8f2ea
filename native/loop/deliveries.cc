#include "loop/deliveries.h"

#include <bit>
#include <utility>

#include "os/coarse_clock.h"

namespace uintr {

namespace {

constexpr int kDeliveriesPerClock = 8;    // reading it takes as long as a tenth of a quick delivery
constexpr int kDeliveriesPerTurn = 1000;  // JavaScript's handles of all of them are kept till then

}  // namespace

int Intake::takeNext(std::uint64_t& vectors) const {
  while ((vectors &= wanted) != 0) {
    const int vector = std::bit_width(vectors) - 1;
    vectors &= ~bitOf(vector);
    if (receiver->take(vector)) return vector;
  }
  return -1;
}

SpinDelivery::SpinDelivery(Intake& intake, Spin& spin, uv_loop_t* loop,
                           const Receiver::OtherWork* otherWork)
    : intake_(intake), spin_(spin), loop_(loop), otherWork_(otherWork), tick_(os::coarseTime()) {
  spin.startClock();
}

int SpinDelivery::next() {
  // Later vectors of a callback keep ticks and promise callbacks waiting, so they must be there, or
  // nearly.
  const bool isPatient = std::exchange(isFirst_, false);
  if (!isPatient && !goesOn()) return -1;
  while (intake_.canDeliver()) {
    const int vector = intake_.takeNext(vectors_);
    if (vector >= 0) {
      ++delivered_;
      return vector;
    }
    Receiver& receiver = *intake_.receiver;
    vectors_ = isPatient ? receiver.spin(spin_, intake_.wanted, otherWork_)
                         : receiver.spinBriefly(intake_.wanted);
    if (vectors_ == 0) {
      nothingCame_ = isPatient;
      break;
    }
  }
  return -1;
}

bool SpinDelivery::goesOn() {
  if (isTime_ || nothingCame_ || !intake_.canDeliver()) return false;
  if (delivered_ == 0) return true;
  // A listener may have given the loop work to do.
  isTime_ = uv_backend_timeout(loop_) == 0 || delivered_ == kDeliveriesPerTurn ||
            (clockIsDue() && spin_.timeIsUp());
  return !isTime_;
}

// After several quick deliveries, or a slow one.
bool SpinDelivery::clockIsDue() {
  const auto now = os::coarseTime();
  return std::exchange(tick_, now) != now || delivered_ % kDeliveriesPerClock == 0;
}

}  // namespace uintr
