// What differs between an interrupt in software and one in hardware. All above it is one code.

#pragma once

#include <cstdint>
#include <memory>

#include "os/shared_memory.h"
#include "os/unique_fd.h"
#include "protocol/post.h"

namespace uintr {

enum class BackendKind : std::uint8_t { Software = 1, Hardware = 2 };

// The receiver's side of one vector fd.
struct Inbox {
  os::UniqueFd carrier;        // what the bundle takes to the senders
  std::shared_ptr<Upid> upid;  // where the posts show up; keeps its page mapped
  bool wakesFutex = false;     // senders share `upid`, so they can wake a futex on it
  // A post may show up there only after its sender is gone, but not once the inbox is dropped.
  bool arrivesLate = false;
};

// One per receiver, used on the thread that made it.
class ReceiverBackend {
 public:
  virtual ~ReceiverBackend() = default;

  virtual BackendKind kind() const = 0;

  // Opens one more way to raise the vector. Throws os::SystemError.
  virtual Inbox open(int vector) = 0;

  // Called between a park and the look that follows it. On return every post that found the
  // receiver running has arrived in its inbox; false if that could not be made sure, and then the
  // receiver must not sleep long.
  virtual bool fence() = 0;

  virtual void stui() = 0;    // unmask
  virtual void clui() = 0;    // mask
  virtual bool testui() = 0;  // is unmasked, as the CPU says
};

// One per sender, used on the thread that made it.
class SenderBackend {
 public:
  virtual ~SenderBackend() = default;

  // Raises the vector: SENDUIPI. A full barrier, partner of the receiver's park().
  virtual void raise() noexcept = 0;

  // Where the sender notes that it has woken the receiver (ON). In software it is shared with the
  // receiver and its other senders, and a futex can sleep on it.
  virtual Upid& upid() noexcept = 0;

  // The same one where setting the vector's bit there is all that raising takes, which a caller
  // can then do by itself. Null on hardware.
  virtual Upid* openUpid() noexcept { return nullptr; }
};

}  // namespace uintr
