#include "loop/event_loop.h"

#include <algorithm>
#include <utility>

#include "core/spin.h"

namespace uintr {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kBriefSleepMs = 1;

// Each takes some 50 us: a peer that closes a thousand vector fds at once must not stop the loop.
constexpr std::size_t kHangUpsPerTurn = 16;

// The list of those of this thread that are not closed, by their `next_`.
thread_local EventLoop* firstOfThread = nullptr;

}  // namespace

EventLoop::EventLoop(Napi::Env env, Receiver& receiver, JsCallback onInterrupts, BusyPoll busyPoll)
    : env_(env),
      intake_{.receiver = &receiver},
      onInterrupts_(std::move(onInterrupts)),
      busyPoll_(busyPoll),
      loop_(loopOf(env)),
      next_(firstOfThread),
      prepare_(env),
      check_(env),
      idle_(env),
      timer_(env) {
  // None of these can fail.
  uv_prepare_init(loop_, prepare_.get());
  uv_check_init(loop_, check_.get());
  uv_idle_init(loop_, idle_.get());
  uv_timer_init(loop_, timer_.get());
  prepare_.initialized(this);
  check_.initialized(this);
  idle_.initialized(this);
  timer_.initialized(this);
  uv_prepare_start(prepare_.get(),
                   [](uv_prepare_t* handle) { ownerOf<EventLoop>(handle).beforePoll(); });
  uv_check_start(check_.get(), [](uv_check_t* handle) { ownerOf<EventLoop>(handle).afterPoll(); });
  firstOfThread = this;
}

void EventLoop::watch(Inlet& inlet, JsCallback onHangUp) {
  InletWatch::Listener& self = *this;  // a private base
  inlet.attachments.push_back(std::make_unique<InletWatch>(env_, self, inlet, std::move(onHangUp)));
}

void EventLoop::setWanted(std::uint64_t vectors, bool keepsAlive) {
  intake_.wanted = vectors;
  prepare_.keepLoopAlive(vectors != 0 && keepsAlive);
  prepareAgain();
}

void EventLoop::close() {
  if (intake_.receiver == nullptr) return;
  intake_.receiver = nullptr;
  EventLoop** link = &firstOfThread;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
  hangUps_.clear();
  onInterrupts_.reset();
  sources_.reset();
  timer_.close();
  idle_.close();
  check_.close();
  prepare_.close();
}

// The loop blocks after this only with the receiver parked, or with interrupts that nobody takes.
void EventLoop::beforePoll() {
  isPrepared_ = true;
  if (!intake_.canDeliver()) return;
  Receiver& receiver = *intake_.receiver;
  if (!sources_ && receiver.sourcesDescriptor() >= 0) pollSources();
  if (uv_backend_timeout(loop_) == 0) return stayAwake();
  if (busyPoll_.limit() > microseconds::zero()) {
    if (!spinAndDeliver()) return;
  } else if (traffic_ && intake_.pending() != 0) {
    // Where there is traffic, look before announcing sleep, too: it spares the senders a wake-up.
    return stayAwake();
  }
  // Other work may end a sleep: the wait for an interrupt goes on.
  if (busyPoll_.isAdaptive() && !std::exchange(waiting_, true)) waitingSince_ = steady_clock::now();
  switch (receiver.park(Activity::ParkedOnEventfd, intake_.wanted)) {
    case Receiver::Sleep::None:
      return stayAwake();
    case Receiver::Sleep::Brief:
      uv_timer_start(
          timer_.get(), [](uv_timer_t*) {}, kBriefSleepMs, 0);
      break;
    case Receiver::Sleep::Long:
      willBeWoken_ = true;
      break;
  }
}

// Unparks at once, so that no other sender makes a system call to wake the receiver.
void EventLoop::onWoken() {
  Receiver& receiver = *intake_.receiver;
  if (!receiver.isParked()) return;
  receiver.unpark();
  ++receiver.counters().wakeUps;
  if (!busyPoll_.isAdaptive()) return;
  receiver.counters().systemCalls += busyPoll_.slept(steady_clock::now() - waitingSince_);
}

// Polls the sources' descriptor from here on: it stays the same.
void EventLoop::pollSources() {
  UvHandle<uv_poll_t> sources(env_);
  const int descriptor = intake_.receiver->sourcesDescriptor();
  if (uv_poll_init(loop_, sources.get(), descriptor) != 0) return;  // tried again in the next turn
  sources.initialized(this);
  sources_.emplace(std::move(sources));
  uv_poll_start(sources_->get(), UV_READABLE, [](uv_poll_t* handle, int, int) {
    auto& self = ownerOf<EventLoop>(handle);
    self.onWoken();
    self.intake_.receiver->pollSources();
  });
}

void EventLoop::stayAwake() {
  // An active idle handle makes the loop poll without blocking, whatever other handles do.
  uv_idle_start(idle_.get(), [](uv_idle_t*) {});
}

// Returns whether the receiver is to park.
bool EventLoop::spinAndDeliver() {
  const auto keep = shared_from_this();
  auto limit = busyPoll_.limit();
  const int timeout = uv_backend_timeout(loop_);  // milliseconds to the next timer; -1: none
  if (timeout >= 0) limit = std::min<microseconds>(limit, milliseconds(timeout));
  Spin spin(limit);
  const bool isAlone = firstOfThread == this && next_ == nullptr;
  SpinDelivery delivery(intake_, spin, loop_, isAlone ? nullptr : this);
  run(delivery);
  // JavaScript has run, which may concern other receivers that are parked already.
  if (delivery.hasDelivered() && intake_.receiver != nullptr) stayAwake();
  if (!delivery.hasEnded()) return false;
  intake_.receiver->counters().systemCalls += busyPoll_.spun(delivery.delivered());
  if (!delivery.hasDelivered()) {
    uv_update_time(loop_);  // the loop has yet to work out how long it may sleep
    return true;
  }
  waiting_ = false;
  return false;
}

bool EventLoop::isThere() const noexcept {
  for (const EventLoop* other = firstOfThread; other != nullptr; other = other->next_) {
    if (other != this && other->intake_.canDeliver() && other->intake_.pending() != 0) return true;
  }
  return false;
}

void EventLoop::afterPoll() {
  isPrepared_ = false;
  uv_idle_stop(idle_.get());
  uv_timer_stop(timer_.get());
  // If the receiver is still parked, no sender has woken it: nothing came. A look would cost as
  // much as there are inlets.
  const bool nobodyPosted = std::exchange(willBeWoken_, false) && intake_.receiver->isParked();
  intake_.receiver->unpark();
  if (hangUps_.empty() && (intake_.wanted == 0 || nobodyPosted)) {
    traffic_ = false;
    return;
  }
  const auto keep = shared_from_this();
  if (intake_.wanted != 0) {
    PendingDelivery delivery(intake_);
    traffic_ = delivery.startCallback();
    if (traffic_) waiting_ = false;
    run(delivery);
  }
  // Afterwards, so that a holder's last interrupt comes before the news of its end.
  if (!hangUps_.empty()) removeHungUp();
}

void EventLoop::deliverPending() {
  if (!intake_.canDeliver()) return;
  const auto keep = shared_from_this();
  intake_.receiver->pollSources();
  PendingDelivery delivery(intake_);
  run(delivery);
}

void EventLoop::run(Delivery& delivery) {
  if (!onInterrupts_) return;
  // Another delivery is under way where a listener runs the loop.
  Delivery* const outer = std::exchange(delivery_, &delivery);
  onInterrupts_->callWhile([&] { return delivery.startCallback(); });
  delivery_ = outer;
}

void EventLoop::removeHungUp() {
  const Napi::HandleScope scope(env_);
  for (std::size_t i = 0; i < kHangUpsPerTurn && !hangUps_.empty(); ++i) {
    InletWatch& watch = *hangUps_.front();
    hangUps_.pop_front();
    const JsCallback onHangUp = watch.takeHangUpCallback();
    intake_.receiver->remove(watch.inlet());
    onHangUp.call({});  // may close the receiver, and with it forget the others
  }
  if (!hangUps_.empty()) stayAwake();
}

}  // namespace uintr
