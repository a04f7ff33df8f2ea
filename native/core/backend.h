// A backend: how an interrupt is raised, and where it shows up at the receiver. Everything above
// this header is the same code for all backends.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "os/unique_fd.h"
#include "protocol/bundle.h"
#include "protocol/post.h"

namespace uintr {

// The backend's part of an inlet.
struct Inbox {
  os::UniqueFd carrier;        // what the bundle takes to the senders
  std::shared_ptr<Upid> upid;  // where posts show up; keeps its page mapped
  // Held while posts can arrive, so that nobody else's arrive there: on hardware the vector that
  // the kernel has for it.
  std::shared_ptr<const void> claim{};
  bool wakesFutex = false;  // senders share `upid`, so they can wake a futex on it
  // Posts can still arrive after their sender has gone, so fence before dropping the inbox.
  bool arrivesLate = false;
  // C programs without this library can post by the carrier alone: it stays open (`uvecFd`).
  bool carrierStandsAlone = false;
};

// The receiving side: one per receiver, used on the thread that opened it, which may open others.
class ReceiverBackend {
 public:
  virtual ~ReceiverBackend() = default;

  // Opens one more way to raise the vector. Throws os::SystemError.
  virtual Inbox open(int vector) = 0;

  // Called between a park and the look that follows it. Returns true once every post that found the
  // receiver running has arrived in its inbox; false if that is not certain, and then the receiver
  // must not sleep long.
  virtual bool fence() = 0;

  virtual void stui() = 0;    // unmasks
  virtual void clui() = 0;    // masks
  virtual bool testui() = 0;  // whether interrupts are unmasked, as the CPU says
};

// The sending side: one per sender, used on the thread that opened it.
class SenderBackend {
 public:
  virtual ~SenderBackend() = default;

  // Raises the vector: SENDUIPI. A full barrier, partner of the receiver's park().
  virtual void raise() noexcept = 0;

  // Where the sender notes that it has woken the receiver (ON). In software it is shared with the
  // receiver and its other senders, and a futex can sleep on it.
  virtual Upid& upid() noexcept = 0;

  // Non-null if raising is just setting the vector's bit there, so that JavaScript may do it
  // without calling raise(). Null on hardware.
  virtual Upid* directUpid() noexcept { return nullptr; }
};

struct BackendOptions {
  // Some senders hold no more than a bare carrier, and cannot wake a receiver that sleeps.
  bool foreignSenders = false;
};

// What opens both sides. One object per kind, for the whole process: backends/backends.h.
class Backend {
 public:
  virtual BackendKind kind() const = 0;

  // The name that JavaScript has for it.
  virtual std::string_view name() const = 0;

  // Whether interrupts arrive here by this backend.
  virtual bool isUsable() const = 0;

  // Throws os::SystemError. Only where isUsable().
  virtual std::unique_ptr<ReceiverBackend> openReceiver(const BackendOptions& options) const = 0;

  // Validates the carrier, which comes from another process; null when it is not one of this
  // backend's. `vectorFd` is where it comes from; -1 for a bare carrier. Throws os::SystemError,
  // and Error where the backend is not usable.
  virtual std::unique_ptr<SenderBackend> openSender(int carrier, int vector,
                                                    int vectorFd) const = 0;

  // The vector of a bare carrier, one that came without a bundle; -1 when the descriptor is none.
  virtual int vectorOf(int bareCarrier) const = 0;

 protected:
  ~Backend() = default;
};

// The backends to choose from, the preferred one first.
using Backends = std::span<const Backend* const>;

}  // namespace uintr
