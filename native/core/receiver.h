// A receiver: its state page, its inlets and sources, and what is pending. A thread can have any
// number of them. How a receiver sleeps is in loop/event_loop.* and core/wait_sync.*; nothing here
// knows Node.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/backend.h"
#include "core/counters.h"
#include "core/inlet.h"
#include "core/late_posts.h"
#include "core/shared_page.h"
#include "core/source.h"
#include "core/spin.h"
#include "os/epoll.h"

namespace uintr {

class Receiver {
 public:
  // Throws os::SystemError. `counters` must live as long.
  Receiver(const Backend& backend, const BackendOptions& options, ReceiverCounters& counters);
  ~Receiver();

  // The inlet is valid until remove() or the end of the receiver; the vector fd is the caller's.
  struct NewVectorFd {
    Inlet& inlet;
    os::UniqueFd fd;
  };
  NewVectorFd createVectorFd(int vector);

  // Frees an inlet with everything that is attached to it. What its holders raised last stays
  // pending.
  void remove(Inlet& inlet);

  // Sources must be removed before they are destroyed. add() throws os::SystemError.
  void add(Source& source) { sources_.add(source); }
  void remove(Source& source) noexcept { sources_.remove(source); }

  // Raises a vector from this thread. A receiver that is about to sleep looks again first.
  void raise(int vector);

  // Readable while a source has something to tell; -1 until a source has a descriptor.
  // pollSources() lets them tell, by a system call while any of them has one.
  int sourcesDescriptor() const { return sources_.descriptor(); }
  bool hasSourcesToPoll() const { return sources_.haveDescriptors(); }
  void pollSources() {
    if (hasSourcesToPoll()) pollDescriptors();
  }

  ReceiverCounters& counters() { return counters_; }

  void stui();
  void clui();
  bool testui() { return backend_->testui(); }
  bool isMasked() const { return masked_; }

  // The vectors that can be taken now, a bit each; none while masked.
  std::uint64_t pending() const;

  // Other work of this thread that ends a spin.
  class OtherWork {
   public:
    virtual bool isThere() const noexcept = 0;

   protected:
    ~OtherWork() = default;
  };

  // Spins until one of `wanted` is pending, the spin has reached its limit or there is other work.
  // Returns the pending ones of `wanted`.
  std::uint64_t spin(Spin& spin, std::uint64_t wanted = kAllVectors,
                     const OtherWork* otherWork = nullptr);
  std::uint64_t spinBriefly(std::uint64_t wanted);

  // Takes a vector if it is raised.
  bool take(int vector);
  void putBack(int vector);  // one that was just taken: it is pending again, and not yet counted
  int takeHighest(std::uint64_t vectors);  // of pending() ones; -1 when none is left

  // Announces sleep. Returns None if one of `wanted` is already pending; the receiver is unparked
  // again. Otherwise the caller may sleep by `how`: Long = until somebody wakes it, Brief = at most
  // a millisecond, because a wake-up may be lost. unpark() must follow.
  enum class Sleep { None, Brief, Long };
  Sleep park(Activity how, std::uint64_t wanted = kAllVectors);
  void unpark();
  bool isParked() const { return parked_; }

  // Whether a futex is enough to sleep on: senders share its words, which are not too many, and no
  // source needs a descriptor.
  bool canParkOnFutex() const;

  // Both sleep until somebody wakes the receiver or the time is up, or return for no reason at all.
  void sleepOnFutex(std::chrono::nanoseconds timeout);
  void sleepOnDescriptors(std::chrono::microseconds timeout);  // throws os::SystemError

 private:
  // All that a look at an inlet needs. The looks of all inlets lie side by side: a look takes in
  // every inlet, and there can be a thousand.
  struct Look {
    Upid* upid;
    std::uint64_t bit;
  };

  std::uint64_t pendingForNextWriter() const;
  void addRaised(std::uint64_t bit);
  void pollDescriptors();
  void collectLatePosts();
  void addToSleepSet(const Inlet& inlet);
  void addSourcesToSleepSet();

  ReceiverCounters& counters_;
  BackendKind kind_;
  std::unique_ptr<ReceiverBackend> backend_;
  SharedPage statePage_;
  StatePage* state_;
  std::vector<std::unique_ptr<Inlet>> inlets_;
  std::vector<Look> looks_;  // of the inlet with the same index
  Sources sources_;
  LatePosts latePosts_;                // a source while it is not empty
  std::optional<os::Epoll> sleepSet_;  // made by the first sleepOnDescriptors()
  bool sleepSetHasSources_ = false;
  std::uint64_t raisedHere_ = 0;  // by raise(), or by holders of inlets that are gone
  std::uint64_t parks_ = 0;
  bool parked_ = false;
  bool masked_ = false;  // without asking the backend at every look
};

}  // namespace uintr
