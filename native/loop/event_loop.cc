#include "loop/event_loop.h"

#include <sys/epoll.h>
#include <sys/uio.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "core/spin.h"
#include "os/coarse_clock.h"

namespace uintr {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kBriefSleepMs = 1;
constexpr int kDeliveriesPerClock = 8;    // reading it takes as long as a tenth of a quick delivery
constexpr int kDeliveriesPerTurn = 1000;  // JavaScript's handles of all of them are kept till then

void check(int result, const char* syscall) {
  if (result < 0) throw os::SystemError{-result, syscall};
}

template <typename Owner, typename Handle>
Owner& ownerOf(Handle* handle) {
  return *static_cast<Owner*>(handle->data);
}

// None of the handles keeps the loop alive by itself; listen() decides.
template <typename Handle>
void adopt(UvHandle<Handle>& handle, void* owner) {
  handle.get()->data = owner;
  handle.initialized();
  uv_unref(reinterpret_cast<uv_handle_t*>(handle.get()));
}

// An eventfd's counter falls back to 0 and its readiness with it. Without O_NONBLOCK, which is the
// open file's and which any holder can take away, a plain read could block.
void drain(int eventfd) {
  std::uint64_t count = 0;
  const iovec part{.iov_base = &count, .iov_len = sizeof count};
  [[maybe_unused]] const ssize_t ignored = ::preadv2(eventfd, &part, 1, -1, RWF_NOWAIT);
}

}  // namespace

uv_loop_t* loopOf(Napi::Env env) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) throw Napi::Error::New(env);
  return loop;
}

EventLoop::EventLoop(Napi::Env env, Receiver& receiver, std::weak_ptr<Delegate> delegate,
                     BusyPoll busyPoll)
    : env_(env),
      receiver_(&receiver),
      delegate_(std::move(delegate)),
      busyPoll_(busyPoll),
      loop_(loopOf(env)),
      prepare_(env),
      check_(env),
      idle_(env),
      timer_(env) {
  // None of these can fail.
  uv_prepare_init(loop_, prepare_.get());
  uv_check_init(loop_, check_.get());
  uv_idle_init(loop_, idle_.get());
  uv_timer_init(loop_, timer_.get());
  adopt(prepare_, this);
  adopt(check_, this);
  adopt(idle_, this);
  adopt(timer_, this);
  uv_prepare_start(prepare_.get(),
                   [](uv_prepare_t* handle) { ownerOf<EventLoop>(handle).beforePoll(); });
  uv_check_start(check_.get(), [](uv_check_t* handle) { ownerOf<EventLoop>(handle).afterPoll(); });
}

EventLoop::Watch::Watch(Napi::Env env, EventLoop& loop, const Receiver::NewVectorFd& vectorFd)
    : owner(loop), id(vectorFd.id), eventfd(vectorFd.eventfd), wake(env), hangUp(env) {
  check(uv_poll_init(loop.loop_, wake.get(), eventfd), "uv_poll_init");
  adopt(wake, this);
  check(uv_poll_init(loop.loop_, hangUp.get(), vectorFd.liveness), "uv_poll_init");
  adopt(hangUp, this);
  uv_poll_start(wake.get(), UV_READABLE, [](uv_poll_t* handle, int, int) {
    auto& self = ownerOf<Watch>(handle);
    if (!self.makeEdgeTriggered()) {
      drain(self.eventfd);
      ++self.owner.receiver_->counters().systemCalls;
    }
    self.owner.wakeUp();
  });
  // Our end is shut for reading and so always readable and half hung up; asking for urgent data,
  // which a SOCK_SEQPACKET socket never has, leaves POLLHUP and POLLERR.
  uv_poll_start(hangUp.get(), UV_PRIORITIZED, [](uv_poll_t* handle, int, int) {
    auto& self = ownerOf<Watch>(handle);
    uv_poll_stop(handle);
    self.owner.hangUps_.push_back(self.id);
  });
}

// libuv polls level-triggered, which takes a read to silence the eventfd after every wake-up. By
// its first wake-up libuv has put it into its epoll set: change the trigger there, and each sleep
// costs one system call less. Where that does not work, the eventfd is read.
bool EventLoop::Watch::makeEdgeTriggered() {
  if (edgeTriggered) return true;
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.fd = eventfd}};
  ++owner.receiver_->counters().systemCalls;
  edgeTriggered = ::epoll_ctl(uv_backend_fd(owner.loop_), EPOLL_CTL_MOD, eventfd, &event) == 0;
  return edgeTriggered;
}

void EventLoop::watch(const Receiver::NewVectorFd& vectorFd) {
  watches_.emplace(vectorFd.id, std::make_unique<Watch>(env_, *this, vectorFd));
}

void EventLoop::unwatch(Receiver::ChannelId id) {
  watches_.erase(id);
}

void EventLoop::listen(std::uint64_t vectors, bool keepsAlive) {
  wanted_ = vectors;
  auto* handle = reinterpret_cast<uv_handle_t*>(prepare_.get());
  if (vectors != 0 && keepsAlive) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
}

void EventLoop::close() {
  if (receiver_ == nullptr) return;
  receiver_ = nullptr;
  watches_.clear();
  timer_.close();
  idle_.close();
  check_.close();
  prepare_.close();
}

// The loop blocks after this only with the receiver parked, or with interrupts that nobody takes.
void EventLoop::beforePoll() {
  if (!canDeliver()) return;
  if (uv_backend_timeout(loop_) == 0) return stayAwake();
  if (busyPoll_.limit() > microseconds::zero()) {
    if (!spinAndDeliver()) return;
  } else if (traffic_ && pending() != 0) {
    // Where there is traffic, look before announcing sleep, too: it spares the senders a wake-up.
    return stayAwake();
  }
  // Other work may end a sleep: the wait for an interrupt goes on.
  if (busyPoll_.isAdaptive() && !std::exchange(waiting_, true)) waitingSince_ = steady_clock::now();
  switch (receiver_->park(Activity::ParkedOnEventfd, wanted_)) {
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

// A sender has rung: spare the others the same.
void EventLoop::wakeUp() {
  if (!receiver_->isParked()) return;
  receiver_->unpark();
  ++receiver_->counters().wakeUps;
  if (busyPoll_.isAdaptive()) busyPoll_.slept(steady_clock::now() - waitingSince_);
}

void EventLoop::stayAwake() {
  // An active idle handle makes the loop poll without blocking, whatever other handles do.
  uv_idle_start(idle_.get(), [](uv_idle_t*) {});
}

bool EventLoop::canDeliver() const {
  return receiver_ != nullptr && wanted_ != 0 && !receiver_->isMasked();
}

// What is pending after the loop's poll: each vector once, the highest first.
class EventLoop::Pending final : public Interrupts {
 public:
  explicit Pending(EventLoop& loop) : loop_(loop), vectors_(loop.pending()) {}

  bool more() override { return vectors_ != 0 && loop_.canDeliver(); }

  int next() override { return loop_.canDeliver() ? loop_.takeNext(vectors_) : -1; }

 private:
  EventLoop& loop_;
  std::uint64_t vectors_;
};

// What comes while the receiver spins before the loop's poll: a turn of the loop between two
// interrupts would cost more than the interrupts do. The loop's other work waits for little longer
// than the spin's limit, however many come.
class EventLoop::Spinning final : public Interrupts {
 public:
  Spinning(EventLoop& loop, Spin& spin) : loop_(loop), spin_(spin), tick_(os::coarseTime()) {
    spin.timeIsUp();  // the time counts from here, and that of the listeners with it
  }

  bool more() override { return isFirst_ = goesOn(); }

  int next() override {
    // Those after the first of a callback keep ticks and promise callbacks waiting: they are there,
    // or nearly.
    const bool patient = std::exchange(isFirst_, false);
    if (!patient && !goesOn()) return -1;
    while (loop_.canDeliver()) {
      const int vector = loop_.takeNext(vectors_);
      if (vector >= 0) {
        ++delivered_;
        return vector;
      }
      Receiver& receiver = *loop_.receiver_;
      vectors_ =
          patient ? receiver.spin(spin_, loop_.wanted_) : receiver.spinBriefly(loop_.wanted_);
      if (vectors_ == 0) {
        nothingCame_ = patient;
        break;
      }
    }
    return -1;
  }

  bool hasDelivered() const { return delivered_ > 0; }

  // Of itself: not because an async hook around the call has put an end to it, or because no
  // JavaScript can run any more.
  bool hasEnded() const { return loop_.canDeliver() && (isTime_ || nothingCame_); }

 private:
  bool goesOn() {
    if (isTime_ || nothingCame_ || !loop_.canDeliver()) return false;
    if (delivered_ == 0) return true;
    // A listener may have given the loop work to do.
    isTime_ = uv_backend_timeout(loop_.loop_) == 0 || delivered_ == kDeliveriesPerTurn ||
              (clockIsDue() && spin_.timeIsUp());
    return !isTime_;
  }

  // After several quick deliveries, or a slow one.
  bool clockIsDue() {
    const auto now = os::coarseTime();
    return std::exchange(tick_, now) != now || delivered_ % kDeliveriesPerClock == 0;
  }

  EventLoop& loop_;
  Spin& spin_;
  std::chrono::nanoseconds tick_;
  std::uint64_t vectors_ = 0;  // of the last look, not yet delivered
  int delivered_ = 0;
  bool isFirst_ = false;  // of a callback
  bool isTime_ = false;   // for the loop's other work
  bool nothingCame_ = false;
};

// Returns whether the receiver is to park.
bool EventLoop::spinAndDeliver() {
  const auto delegate = delegate_.lock();
  auto limit = busyPoll_.limit();
  const int timeout = uv_backend_timeout(loop_);  // milliseconds to the next timer; -1: none
  if (timeout >= 0) limit = std::min<microseconds>(limit, milliseconds(timeout));
  Spin spin(limit, busyPoll_.isAdaptive() ? Spin::Until::Crowded : Spin::Until::TimeIsUp);
  Spinning interrupts(*this, spin);
  delegate->deliver(interrupts);
  if (!interrupts.hasEnded()) return false;
  busyPoll_.spun(interrupts.hasDelivered(), spin.wasCrowded());
  if (!interrupts.hasDelivered()) {
    uv_update_time(loop_);  // the loop has yet to work out how long it may sleep
    return true;
  }
  waiting_ = false;
  stayAwake();
  return false;
}

void EventLoop::afterPoll() {
  uv_idle_stop(idle_.get());
  uv_timer_stop(timer_.get());
  // Nothing came if nobody rang: what rings unparks. A look would cost as much as there are
  // channels.
  const bool nobodyRang = std::exchange(willBeWoken_, false) && receiver_->isParked();
  receiver_->unpark();
  if (hangUps_.empty() && (wanted_ == 0 || nobodyRang)) {
    traffic_ = false;
    return;
  }
  // JavaScript may drop everything that holds the delegate, and with it this object.
  const auto delegate = delegate_.lock();
  if (wanted_ != 0) {
    Pending interrupts(*this);
    traffic_ = interrupts.more();
    if (traffic_) waiting_ = false;
    delegate->deliver(interrupts);
  }
  // Afterwards, so that a holder's last interrupt comes before the news of its end.
  for (const Receiver::ChannelId id : std::exchange(hangUps_, {})) {
    if (receiver_ != nullptr) delegate->onHangUp(id);
  }
}

// The highest of the vectors that is still raised and wanted: an earlier listener may have taken
// some, or removed others.
int EventLoop::takeNext(std::uint64_t& vectors) {
  while ((vectors &= wanted_) != 0) {
    const int vector = std::bit_width(vectors) - 1;
    vectors &= ~bitOf(vector);
    if (receiver_->take(vector)) return vector;
  }
  return -1;
}

}  // namespace uintr
