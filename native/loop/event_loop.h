// How a receiver sleeps in libuv's event loop. Before the loop blocks (uv_prepare) the receiver
// parks. After it (uv_check) the receiver unparks and delivers. There is no helper thread: a
// sender's write to an eventfd ends the loop's own epoll_wait.

#pragma once

#include <napi.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>

#include "core/busy_poll.h"
#include "core/receiver.h"
#include "loop/deliveries.h"
#include "loop/inlet_watch.h"
#include "loop/js_callback.h"
#include "loop/uv_handle.h"

namespace uintr {

// Hold it by std::shared_ptr: JavaScript that it calls may drop everything else that holds it.
class EventLoop final : public std::enable_shared_from_this<EventLoop>,
                        private InletWatch::Listener,
                        private Receiver::OtherWork {
 public:
  // `onInterrupts` is called while there are vectors to deliver, and asks for them by next().
  // `receiver` must live until close().
  EventLoop(Napi::Env env, Receiver& receiver, JsCallback onInterrupts, BusyPoll busyPoll);

  // Polls an inlet, which is new, for wake-ups and for its hang-up. After a hang-up the loop
  // removes the inlet from the receiver and calls `onHangUp`. Throws os::SystemError.
  void watch(Inlet& inlet, JsCallback onHangUp);

  // Which vectors the loop takes, a bit each, and whether that keeps the loop alive.
  void setWanted(std::uint64_t vectors, bool keepsAlive);

  // Call when JavaScript may have unparked or unmasked the receiver. Another receiver of the thread
  // calls JavaScript before the poll, perhaps after this one has got ready for the poll: then the
  // loop must not block, since nobody would wake it.
  void prepareAgain() {
    if (isPrepared_) stayAwake();
  }

  // The next vector for `onInterrupts`, or -1. Outside of that call there is none.
  int next() { return delivery_ == nullptr ? -1 : delivery_->next(); }

  // Delivers what is pending from inside JavaScript that runs now, as after the loop's poll.
  void deliverPending();

  void close();

 private:
  void beforePoll();
  void afterPoll();
  bool spinAndDeliver();
  void run(Delivery& delivery);
  void removeHungUp();
  void stayAwake();
  void pollSources();

  // Interrupts for other receivers of this thread, which a spin keeps waiting. Other copies of the
  // addon keep to themselves.
  bool isThere() const noexcept override;

  void onWoken() override;
  void onHangUp(InletWatch& watch) override { hangUps_.push_back(&watch); }
  ReceiverCounters& counters() const override { return intake_.receiver->counters(); }

  Napi::Env env_;
  Intake intake_;
  std::optional<JsCallback> onInterrupts_;  // empty once closed
  BusyPoll busyPoll_;
  std::chrono::steady_clock::time_point waitingSince_;
  bool waiting_ = false;          // from the first sleep after an interrupt to the next interrupt
  bool traffic_ = false;          // interrupts came in the last turn
  bool isPrepared_ = false;       // for the poll, which may be under way
  bool willBeWoken_ = false;      // in this turn's sleep every post signals an eventfd
  Delivery* delivery_ = nullptr;  // under way
  std::deque<InletWatch*> hangUps_;  // seen, and not yet removed
  uv_loop_t* loop_;
  EventLoop* next_;                 // of this thread
  UvHandle<uv_prepare_t> prepare_;  // the one handle that can keep the loop alive
  UvHandle<uv_check_t> check_;
  UvHandle<uv_idle_t> idle_;                    // active: the loop does not block
  UvHandle<uv_timer_t> timer_;                  // bounds a sleep that may miss its wake-up
  std::optional<UvHandle<uv_poll_t>> sources_;  // once the receiver has a descriptor for them
};

}  // namespace uintr
