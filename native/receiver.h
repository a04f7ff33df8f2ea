// A receiver: its state page, its vector fds, and what is pending. How it sleeps is in
// event_loop.* and wait_sync.*; nothing here knows Node.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "backend.h"
#include "os/epoll.h"
#include "page_file.h"

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

  struct NewVectorFd {
    ChannelId id;
    os::UniqueFd fd;
    std::atomic<std::uint32_t>* pendingWord;  // valid until the channel is removed
  };

  explicit Receiver(std::unique_ptr<ReceiverBackend> backend);
  ~Receiver();

  ReceiverBackend& backend() { return *backend_; }

  NewVectorFd createVectorFd(int vector);

  // Frees what belongs to a vector fd. What its holders raised last stays pending.
  void remove(ChannelId id);

  // The vectors that can be taken now, a bit each; none while masked.
  std::uint64_t pending() const;
  bool take(int vector);
  int takeHighest();  // -1 when there is none

  // Announces sleep. None: there is something to take, and the receiver is running again.
  // Otherwise it may sleep in the announced way for as long as it is told, and unpark() must
  // follow.
  enum class Sleep { None, Brief, Long };
  Sleep park(Activity how);
  void unpark();

  // Whether senders can wake it by futex: they share the words, and there are not too many.
  bool canParkOnFutex() const;

  // Readable when a sender wrote an eventfd or a vector fd has lost its last holder.
  int wakeFd() const { return wakes_.fd(); }

  // Both sleep until somebody wakes the receiver or the time is up, or for no reason at all.
  void sleepOnFutex(std::chrono::nanoseconds timeout);
  void sleepOnEventfds(int timeoutMs);  // also uses up what made wakeFd() readable

  // The vector fds that lost their last holder since the last call, to be removed.
  std::vector<ChannelId> takeHangUps();
  bool hasHangUps() const { return !hangUps_.empty(); }

 private:
  struct Channel {
    ChannelId id;
    int vector;
    Inbox inbox;
    os::UniqueFd eventfd;
    os::UniqueFd socket;
  };

  ThreadRegistration registration_;
  std::unique_ptr<ReceiverBackend> backend_;
  PageFile stateFile_;
  StatePage* state_;
  os::Epoll wakes_;
  std::vector<Channel> channels_;
  std::vector<ChannelId> hangUps_;
  std::uint64_t held_ = 0;  // taken from vector fds that are gone, not yet delivered
  std::uint64_t parks_ = 0;
  ChannelId nextId_ = 1;
  bool parked_ = false;
};

}  // namespace uintr
