// A receiver: its state page, its vector fds, and what is pending. How it sleeps is in
// event_loop.* and wait_sync.*; nothing here knows Node.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/backend.h"
#include "core/counters.h"
#include "core/shared_page.h"
#include "core/spin.h"
#include "os/epoll.h"

namespace uintr {

// One receiver a thread, as the kernel has one user-interrupt handler a thread.
class ThreadRegistration {
 public:
  ThreadRegistration();  // throws os::SystemError{EBUSY}
  ~ThreadRegistration();
  ThreadRegistration(const ThreadRegistration&) = delete;
  ThreadRegistration& operator=(const ThreadRegistration&) = delete;
};

class Receiver {
 public:
  // Names one vector fd of this receiver for as long as it has holders.
  using ChannelId = std::uint32_t;

  // `fd` is the caller's; the other descriptors are valid until the channel is removed.
  struct NewVectorFd {
    ChannelId id;
    os::UniqueFd fd;
    std::shared_ptr<std::atomic<std::uint32_t>> pendingWord;
    int eventfd;   // readable once a sender has woken the receiver
    int liveness;  // hangs up (POLLHUP) when the last holder is gone
    int uvecFd;    // on hardware, otherwise -1
  };

  // The backend is opened only once it is known that the thread has no receiver yet.
  using OpenBackend = std::function<std::unique_ptr<ReceiverBackend>()>;
  // `counters` must live as long.
  Receiver(const OpenBackend& openBackend, ReceiverCounters& counters);
  ~Receiver();

  NewVectorFd createVectorFd(int vector);

  // Frees what belongs to a vector fd. What its holders raised last stays pending.
  void remove(ChannelId id);

  ReceiverCounters& counters() { return counters_; }

  void stui();
  void clui();
  bool testui() { return backend_->testui(); }
  bool isMasked() const { return masked_; }

  // The vectors that can be taken now, a bit each; none while masked.
  std::uint64_t pending() const;
  // Until there are some of those, or the spin is over.
  std::uint64_t spin(Spin& spin, std::uint64_t wanted = kAllVectors);
  std::uint64_t spinBriefly(std::uint64_t wanted);
  bool take(int vector);
  int takeHighest(std::uint64_t vectors);  // of pending() ones; -1 when there is none

  // Announces sleep. None: there is one of those to take, and the receiver is running again.
  // Otherwise it may sleep in the announced way for as long as it is told, and unpark() must
  // follow.
  enum class Sleep { None, Brief, Long };
  Sleep park(Activity how, std::uint64_t wanted = kAllVectors);
  void unpark();
  bool isParked() const { return parked_; }

  // Whether senders can wake it by futex: they share the words, and there are not too many.
  bool canParkOnFutex() const;

  // Both sleep until somebody wakes the receiver or the time is up, or for no reason at all.
  void sleepOnFutex(std::chrono::nanoseconds timeout);
  void sleepOnEventfds(std::chrono::microseconds timeout);  // throws os::SystemError

 private:
  struct Channel {
    ChannelId id;
    int vector;
    Inbox inbox;
    os::UniqueFd eventfd;
    os::UniqueFd socket;
  };

  // All that a look at a channel needs, side by side for all of them: a look takes in every
  // channel, and there can be a thousand.
  struct Look {
    Upid* upid;
    std::uint64_t bit;
  };

  // A vector whose holders are gone while a post of theirs may still be on its way.
  struct Orphan {
    std::shared_ptr<Upid> upid;
    std::uint64_t bit;
  };

  std::uint64_t await(std::uint64_t wanted) const;
  static bool takeFrom(Upid& upid, std::uint64_t bit);
  void hold(Upid& upid, std::uint64_t bit);
  void dropOrphans();
  void watch(os::Epoll& eventfds, const Channel& channel);

  ThreadRegistration registration_;
  ReceiverCounters& counters_;
  std::unique_ptr<ReceiverBackend> backend_;
  PageFile stateFile_;
  StatePage* state_;
  std::vector<Channel> channels_;
  std::vector<Look> looks_;  // of the channel with the same index
  std::unordered_map<ChannelId, std::size_t> indexes_;
  std::vector<Orphan> orphans_;        // one a vector at the most
  std::optional<os::Epoll> eventfds_;  // made by the first sleepOnEventfds
  std::uint64_t held_ = 0;             // taken from vector fds that are gone, not yet delivered
  std::uint64_t parks_ = 0;
  ChannelId nextId_ = 1;
  bool parked_ = false;
  bool masked_ = false;  // as UIF says, without asking the CPU at every look
};

}  // namespace uintr
