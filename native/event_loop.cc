#include "event_loop.h"

#include <bit>

#include "spin.h"

namespace uintr {

namespace {

void check(int result, const char* syscall) {
  if (result < 0) throw os::SystemError{-result, syscall};
}

template <typename Handle>
EventLoop& ownerOf(Handle* handle) {
  return *static_cast<EventLoop*>(handle->data);
}

// None of the handles keeps the loop alive by itself; listen() decides.
template <typename Handle>
void unref(UvHandle<Handle>& handle) {
  uv_unref(reinterpret_cast<uv_handle_t*>(handle.get()));
}

template <typename Handle>
void init(UvHandle<Handle>& handle, int (*initialize)(uv_loop_t*, Handle*), uv_loop_t* loop,
          EventLoop* owner) {
  initialize(loop, handle.get());  // these never fail
  handle.get()->data = owner;
  handle.initialized();
  unref(handle);
}

constexpr std::uint64_t kBriefSleepMs = 1;

}  // namespace

uv_loop_t* loopOf(Napi::Env env) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) throw Napi::Error::New(env);
  return loop;
}

EventLoop::EventLoop(Napi::Env env, Receiver& receiver, std::weak_ptr<Delegate> delegate,
                     std::chrono::microseconds busyPoll)
    : receiver_(&receiver),
      delegate_(std::move(delegate)),
      busyPoll_(busyPoll),
      loop_(loopOf(env)),
      prepare_(env),
      check_(env),
      idle_(env),
      timer_(env),
      poll_(env) {
  init(prepare_, uv_prepare_init, loop_, this);
  init(check_, uv_check_init, loop_, this);
  init(idle_, uv_idle_init, loop_, this);
  init(timer_, uv_timer_init, loop_, this);
  check(uv_poll_init(loop_, poll_.get(), receiver.wakeFd()), "uv_poll_init");
  poll_.get()->data = this;
  poll_.initialized();
  unref(poll_);

  check(uv_poll_start(poll_.get(), UV_READABLE,
                      [](uv_poll_t* handle, int, int) {
                        EventLoop& self = ownerOf(handle);
                        self.receiver_->unpark();  // we are awake: spare the senders
                        self.receiver_->sleepOnEventfds(0);
                      }),
        "uv_poll_start");
  uv_prepare_start(prepare_.get(), [](uv_prepare_t* handle) { ownerOf(handle).beforePoll(); });
  uv_check_start(check_.get(), [](uv_check_t* handle) { ownerOf(handle).afterPoll(); });
}

void EventLoop::listen(bool listening, bool keepsAlive) {
  listening_ = listening;
  auto* handle = reinterpret_cast<uv_handle_t*>(poll_.get());
  if (listening && keepsAlive) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
}

void EventLoop::close() {
  if (receiver_ == nullptr) return;
  receiver_ = nullptr;
  poll_.close();
  timer_.close();
  idle_.close();
  check_.close();
  prepare_.close();
}

// The loop blocks after this only with the receiver parked, or with interrupts that nobody takes.
void EventLoop::beforePoll() {
  if (receiver_->hasHangUps()) return stayAwake();
  if (!listening_ || !receiver_->backend().isUnmasked()) return;
  if (uv_backend_timeout(loop_) == 0 || spin()) return stayAwake();
  switch (receiver_->park(Activity::ParkedOnEventfd)) {
    case Receiver::Sleep::None:
      return stayAwake();
    case Receiver::Sleep::Brief:
      uv_timer_start(timer_.get(), [](uv_timer_t*) {}, kBriefSleepMs, 0);
      break;
    case Receiver::Sleep::Long:
      break;
  }
}

void EventLoop::stayAwake() {
  // An active idle handle makes the loop poll without blocking, whatever other handles do.
  uv_idle_start(idle_.get(), [](uv_idle_t*) {});
}

bool EventLoop::spin() {
  const auto isPending = [&] { return receiver_->pending() != 0; };
  if (busyPoll_ <= busyPoll_.zero()) return isPending();
  auto limit = busyPoll_;
  const int timeout = uv_backend_timeout(loop_);  // milliseconds to the next timer; -1: none
  if (timeout >= 0) limit = std::min<std::chrono::microseconds>(limit, std::chrono::milliseconds(timeout));
  if (spinUntil(isPending, limit)) return true;
  uv_update_time(loop_);  // the loop has yet to work out how long it may sleep
  return false;
}

void EventLoop::afterPoll() {
  uv_idle_stop(idle_.get());
  uv_timer_stop(timer_.get());
  receiver_->unpark();
  // JavaScript may drop everything that holds the delegate, and with it this object.
  if (const auto delegate = delegate_.lock()) deliver(*delegate);
}

void EventLoop::deliver(Delegate& delegate) {
  if (receiver_->hasHangUps()) {
    for (const Receiver::ChannelId id : receiver_->takeHangUps()) {
      delegate.onHangUp(id);
      if (receiver_ == nullptr) return;
    }
  }
  if (!listening_) return;
  // Each vector at most once a turn of the loop, so that a storm of interrupts starves nobody.
  for (std::uint64_t vectors = receiver_->pending(); vectors != 0;) {
    const int vector = std::bit_width(vectors) - 1;
    vectors &= ~bitOf(vector);
    if (!receiver_->take(vector)) continue;  // an earlier listener took it
    delegate.onInterrupt(vector);
    if (receiver_ == nullptr || !listening_ || !receiver_->backend().isUnmasked()) return;
  }
}

}  // namespace uintr
