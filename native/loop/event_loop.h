// How a receiver sleeps in libuv's loop. Before the loop blocks (uv_prepare) the receiver parks;
// after it (uv_check) it un-parks and delivers. There is no helper thread: a sender's eventfd
// write is what ends the loop's own epoll_wait.

#pragma once

#include <napi.h>

#include <chrono>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/busy_poll.h"
#include "core/receiver.h"
#include "loop/uv_handle.h"

namespace uintr {

class EventLoop {
 public:
  // What is to be delivered, of which nothing may be left once somebody asks.
  class Interrupts {
   public:
    virtual ~Interrupts() = default;
    virtual bool more() = 0;  // whether to call JavaScript
    // From there: takes a vector, perhaps after some spinning; -1: there is none.
    virtual int next() = 0;
  };

  // Who is told. Both may run JavaScript, and so may close the receiver.
  class Delegate {
   public:
    virtual ~Delegate() = default;
    // Calls JavaScript for as long as there is more.
    virtual void deliver(Interrupts& interrupts) = 0;
    virtual void onHangUp(Receiver::ChannelId id) = 0;
  };

  // `receiver` must live until close().
  EventLoop(Napi::Env env, Receiver& receiver, std::weak_ptr<Delegate> delegate, BusyPoll busyPoll);

  // A new vector fd: its wake-ups and its hang-up. Until unwatch() or close().
  void watch(const Receiver::NewVectorFd& vectorFd);
  void unwatch(Receiver::ChannelId id);

  // Which vectors are taken, a bit each, and whether that keeps the loop alive.
  void listen(std::uint64_t vectors, bool keepsAlive);

  void close();

 private:
  // What the loop polls for one vector fd.
  struct Watch {
    Watch(Napi::Env env, EventLoop& owner, const Receiver::NewVectorFd& vectorFd);
    bool makeEdgeTriggered();

    EventLoop& owner;
    Receiver::ChannelId id;
    int eventfd;
    bool edgeTriggered = false;
    UvHandle<uv_poll_t> wake;
    UvHandle<uv_poll_t> hangUp;
  };

  class Pending;
  class Spinning;

  void beforePoll();
  void afterPoll();
  bool spinAndDeliver();
  bool canDeliver() const;
  std::uint64_t pending() const { return receiver_->pending() & wanted_; }
  int takeNext(std::uint64_t& vectors);
  void stayAwake();
  void wakeUp();

  Napi::Env env_;
  Receiver* receiver_;  // null once closed
  std::weak_ptr<Delegate> delegate_;
  BusyPoll busyPoll_;
  std::chrono::steady_clock::time_point waitingSince_;
  bool waiting_ = false;      // from the first sleep after an interrupt to the next interrupt
  std::uint64_t wanted_ = 0;  // the vectors that somebody listens for
  bool traffic_ = false;      // interrupts came in the last turn
  bool willBeWoken_ = false;  // in this turn's sleep every post rings an eventfd
  uv_loop_t* loop_;
  UvHandle<uv_prepare_t> prepare_;  // the one handle that can keep the loop alive
  UvHandle<uv_check_t> check_;
  UvHandle<uv_idle_t> idle_;    // active: the loop does not block
  UvHandle<uv_timer_t> timer_;  // bounds a sleep out of which no wake-up is certain
  std::unordered_map<Receiver::ChannelId, std::unique_ptr<Watch>> watches_;
  std::vector<Receiver::ChannelId> hangUps_;  // seen in this turn
};

}  // namespace uintr
