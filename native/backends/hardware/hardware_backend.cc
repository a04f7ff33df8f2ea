#include "backends/hardware/hardware_backend.h"

#include "backends/hardware/config.h"

#if UINTR_HAS_HARDWARE

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "core/errors.h"
#include "core/spin.h"
#include "os/unix_socket.h"

namespace uintr::hardware {

namespace {

// The self-interrupt takes about a microsecond; past this limit the receiver sleeps at most a
// millisecond at a time.
constexpr std::chrono::milliseconds kFenceLimit{1};

// The longest wait for a late self-interrupt before its vector is handed out, once per vector.
constexpr std::chrono::milliseconds kLateFenceLimit{50};

// Non-null while this thread has a handler.
thread_local const Kernel* registeredWith = nullptr;

// Vectors handed out by this or any earlier receiver of this thread.
thread_local std::uint64_t everHandedOut = 0;

void unregisterThisThread() {
  if (registeredWith == nullptr) return;
  // Today's kernels leave UIF as it is: mask here, and the next receiver of this thread unmasks.
  clui();
  std::exchange(registeredWith, nullptr)->unregisterHandler();
}

// The main thread can end without environment clean-up hooks: process.exit() and an uncaught
// exception stop the workers, whose hooks do run, and call exit(3), which calls this on the same
// thread, once the last line of JavaScript has run.
void unregisterAtExit() {
  [[maybe_unused]] static const int once = std::atexit(unregisterThisThread);
}

}  // namespace

HardwareReceiver::Attachment::Attachment(Mailbox& attached) : mailbox(attached) {
  if (!attachMailbox(mailbox)) throw os::SystemError{ENOSPC, "uintr_register_handler"};
}

HardwareReceiver::Attachment::~Attachment() {
  detachMailbox(mailbox);
}

HardwareReceiver::Registration::Registration(Kernel registerWith, bool waiting)
    : kernel(registerWith) {
  kernel.registerHandler(interruptHandler(), waiting);
  registeredWith = &kernel;
  unregisterAtExit();
}

HardwareReceiver::Registration::~Registration() {
  // Before this thread executes another program, too (lib/core/exec-guard.ts): a kernel goes down
  // when somebody posts to a receiver that has.
  unregisterThisThread();
}

HardwareReceiver::Fence::Fence(Kernel kernel, int fenceVector)
    : vector(fenceVector), uvecFd(kernel.createFd(fenceVector)), target(kernel, uvecFd.get(), 0) {
}

HardwareReceiver::HardwareReceiver(Kernel kernel, const BackendOptions& options)
    : kernel_(kernel),
      options_(options),
      mailbox_(std::make_shared<Mailbox>()),
      attachment_(*mailbox_),
      registration_(kernel, options.foreignSenders) {
  hardware::stui();
  try {
    moveFence();
  } catch (const os::SystemError& error) {
    // The target table is full of senders: without a fence the receiver sleeps at most a
    // millisecond at a time.
    if (error.error != ENOSPC) throw;
  }
  // Unregistering does not clear PIR: what was posted to an earlier receiver of this thread arrives
  // now. Let it arrive, then discard it. Senders of that receiver see CLOSED in their state page
  // and post no more. A program without this library can still post, because on uintr-next its
  // index leads here; on a vector that is handed out again, its posts are like any other's.
  fence();
  for (Mailbox::Slot& stale : mailbox_->slots) {
    stale.upid.pir.store(0, std::memory_order_relaxed);  // relaxed: same thread as the handler
  }
}

// Moves the fence to the lowest vector that is not handed out: the CPU delivers the highest vector
// first, so all others have been delivered by the time that the fence is. Vectors of earlier
// receivers of this thread are passed over, too: a program without this library may still use its
// index for one, and its post would be taken for the fence.
void HardwareReceiver::moveFence() {
  fence_.reset();
  fenceIsLate_ = false;
  everHandedOut |= handedOut_;
  const int vector = std::countr_one(everHandedOut);
  if (vector < kVectors) fence_.emplace(kernel_, vector);
}

Inbox HardwareReceiver::open(int vector) {
  const std::uint64_t bit = bitOf(vector);
  if ((handedOut_ & bit) == 0) {
    handedOut_ |= bit;
    try {
      if (fence_ && fence_->vector == vector) {
        if (fenceIsLate_) awaitFence(kLateFenceLimit);  // nobody posted it, so nobody may see it
        moveFence();
      }
    } catch (const os::SystemError&) {
      // Without a fence the receiver sleeps at most a millisecond at a time: no reason to fail.
    }
    slot(vector).pir.store(0, std::memory_order_relaxed);  // relaxed: same thread as the handler
  }
  // The uvec fd stays open, and on rfc-v1 in use, for as long as the inbox.
  struct Hold {
    std::shared_ptr<Mailbox> mailbox;
    std::shared_ptr<os::UniqueFd> uvecFd;
  };
  const auto hold = std::make_shared<Hold>(Hold{mailbox_, uvecFdOf(vector)});
  return {.carrier = os::duplicate(hold->uvecFd->get()),
          .upid = {hold, &slot(vector)},
          .wakesFutex = false,
          // A post that is masked or in flight shows up once the handler runs. On rfc-v1 closing
          // the last copy of the uvec fd would also clear its bit in PIR.
          .arrivesLate = true,
          .carrierStandsAlone = true};
}

std::shared_ptr<os::UniqueFd> HardwareReceiver::uvecFdOf(int vector) {
  std::shared_ptr<os::UniqueFd> uvecFd = uvecFds_[vector].lock();
  if (uvecFd == nullptr || kernel_.abi() == Abi::UintrNext) {
    uvecFd = std::make_shared<os::UniqueFd>(kernel_.createFd(vector));
    uvecFds_[vector] = uvecFd;
  }
  return uvecFd;
}

// Interrupts this thread and waits for that interrupt. A user interrupt can be in flight, or be
// recognised while this thread is already in the kernel, and then nothing wakes a sleeper.
// Recognition moves the whole PIR at once (SDM vol. 3, "User-Interrupt Notification Processing"):
// when an interrupt that we post to ourselves after the park has been delivered, so have all posts
// of senders that saw the receiver running. This needs no wake-up support of the kernel, which has
// been seen to lose wake-ups.
bool HardwareReceiver::fence() {
  if (!fence_) return false;
  // A late self-interrupt must not be taken for the next one, so at most one is on its way.
  if (fenceIsLate_ && !fenceHasArrived()) return false;
  // relaxed: the handler runs on this thread.
  slot(fence_->vector).pir.store(0, std::memory_order_relaxed);
  senduipi(fence_->target.uipiIndex());
  fenceIsLate_ = !awaitFence(kFenceLimit);
  return !fenceIsLate_ && !options_.foreignSenders;
}

bool HardwareReceiver::fenceHasArrived() {
  // acquire: pairs with the handler's locked OR, so that everything it stored before is seen.
  return slot(fence_->vector).pir.load(std::memory_order_acquire) != 0;
}

bool HardwareReceiver::awaitFence(std::chrono::milliseconds limit) {
  return Spin(limit).until([this] { return fenceHasArrived(); });
}

namespace {

class HardwareBackend final : public Backend {
 public:
  BackendKind kind() const override { return BackendKind::Hardware; }
  std::string_view name() const override { return "hardware"; }
  bool isUsable() const override { return detect().usable; }

  std::unique_ptr<ReceiverBackend> openReceiver(const BackendOptions& options) const override {
    return std::make_unique<HardwareReceiver>(kernel(), options);
  }

  // The carrier is a uvec fd.
  std::unique_ptr<SenderBackend> openSender(int carrier, int vector, int vectorFd) const override {
    if (!isUsable()) {
      throw Error{"ERR_UINTR_NO_HARDWARE",
                  "the receiver uses the hardware backend, and here " + detect().reason};
    }
    if (kernel().vectorOf(carrier) != vector) return nullptr;
    const std::uint64_t socket = vectorFd < 0 ? 0 : os::socketCookie(vectorFd);
    return std::make_unique<HardwareSender>(kernel(), carrier, socket);
  }

  int vectorOf(int bareCarrier) const override {
    return isUsable() ? kernel().vectorOf(bareCarrier) : -1;
  }

 private:
  static Kernel kernel() { return Kernel(detect().abi); }
};

}  // namespace

const Backend& backend() {
  static const HardwareBackend hardware;
  return hardware;
}

}  // namespace uintr::hardware

#endif
