#include "backends/hardware/thread_handler.h"

#include "backends/hardware/config.h"

#if UINTR_HAS_HARDWARE

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "core/spin.h"

namespace uintr::hardware {

namespace {

// The self-interrupt takes about a microsecond; past this limit the receiver sleeps at most a
// millisecond at a time.
constexpr std::chrono::milliseconds kFenceLimit{1};

// The longest wait for a late self-interrupt before its vector is lent, once per vector.
constexpr std::chrono::milliseconds kLateFenceLimit{50};

// Non-null while this thread has a handler of this copy of the addon.
thread_local ThreadHandler* current = nullptr;

// Vectors that this thread has lent since it began.
thread_local std::uint64_t everLent = 0;

// The main thread can end without environment clean-up hooks: process.exit() and an uncaught
// exception stop the workers, whose hooks do run, and call exit(3), which calls this on the same
// thread, once the last line of JavaScript has run.
void unregisterAtExit() {
  [[maybe_unused]] static const int once = std::atexit([] {
    if (current != nullptr) current->unregister();
  });
}

// The vector that is nearest to the given one. `candidates` must have one.
int nearest(std::uint64_t candidates, int vector) {
  const std::uint64_t below = candidates & (bitOf(vector) | (bitOf(vector) - 1));
  const std::uint64_t above = candidates & ~below;
  const int lower = std::bit_width(below) - 1;
  const int upper = std::countr_zero(above);
  if (below == 0) return upper;
  return above != 0 && upper - vector < vector - lower ? upper : lower;
}

}  // namespace

LentVector::LentVector(std::shared_ptr<ThreadHandler> lender, int lent, os::UniqueFd fd)
    : handler(std::move(lender)), number(lent), uvecFd(std::move(fd)) {
}

LentVector::~LentVector() {
  handler->giveBack(number);
}

ThreadHandler::Attachment::Attachment(Mailbox& attached) : mailbox(attached) {
  if (!attachMailbox(mailbox)) throw os::SystemError{ENOSPC, "uintr_register_handler"};
}

ThreadHandler::Attachment::~Attachment() {
  detachMailbox(mailbox);
}

ThreadHandler::Fence::Fence(Kernel kernel, int fenceVector)
    : vector(fenceVector), uvecFd(kernel.createFd(fenceVector)), target(kernel, uvecFd.get(), 0) {
}

std::shared_ptr<ThreadHandler> ThreadHandler::ofThisThread(Kernel kernel, bool waiting) {
  if (current != nullptr) return current->shared_from_this();
  auto handler = std::make_shared<ThreadHandler>(kernel, waiting);
  current = handler.get();
  unregisterAtExit();
  return handler;
}

ThreadHandler::ThreadHandler(Kernel kernel, bool waiting) : kernel_(kernel) {
  kernel_.registerHandler(interruptHandler(), waiting);
  registered_ = true;
  try {
    moveFence();
  } catch (const os::SystemError& error) {
    // The target table is full of senders: without a fence receivers sleep at most a millisecond at
    // a time.
    if (error.error == ENOSPC) return;
    unregister();
    throw;
  }
}

// Runs on the same thread when the thread ends or the worker is terminated (environment clean-up
// hook), as the kernel demands, and before this thread executes another program
// (lib/core/exec-guard.ts): a kernel goes down when somebody posts to a receiver that has.
ThreadHandler::~ThreadHandler() {
  unregister();
  if (current == this) current = nullptr;
}

void ThreadHandler::unregister() noexcept {
  if (!std::exchange(registered_, false)) return;
  // Today's kernels leave UIF as it is: mask here, and the next receiver of this thread unmasks.
  if (unmasked_ > 0) clui();
  kernel_.unregisterHandler();
}

void ThreadHandler::unmask() {
  if (unmasked_++ == 0) stui();
}

void ThreadHandler::mask() {
  if (--unmasked_ == 0) clui();
}

std::shared_ptr<LentVector> ThreadHandler::lend(int vector, std::uint64_t inOrder) {
  settle();
  for (std::uint64_t refused = 0;;) {
    const int number = choose(vector, inOrder, refused);
    if (number < 0) {
      throw os::SystemError{ENOSPC, kernel_.createFdName(),
                            "the receivers of this thread use all of its 64 vectors"};
    }
    keepFenceOff(number);
    os::UniqueFd uvecFd;
    try {
      uvecFd = kernel_.createFd(number);
    } catch (const os::SystemError& error) {
      // On rfc-v1 a peer still holds the vector's last uvec fd.
      if (error.error != EBUSY) throw;
      refused |= bitOf(number);
      continue;
    }
    auto lent = std::make_shared<LentVector>(shared_from_this(), number, std::move(uvecFd));
    lent_ |= bitOf(number);
    everLent |= lent_;
    mailbox_->slots[number].bit = bitOf(vector);
    slot(number).pir.store(0, std::memory_order_relaxed);  // relaxed: same thread as the handler
    return lent;
  }
}

// Returns the vector to lend, or -1. One at which late posts may arrive comes only when there is no
// other, and the fence's comes last.
int ThreadHandler::choose(int vector, std::uint64_t inOrder, std::uint64_t refused) const {
  const std::uint64_t free = ~(lent_ | refused);
  const std::uint64_t settled = free & ~unsettled_;
  const std::uint64_t notFence = fence_ ? ~bitOf(fence_->vector) : kAllVectors;
  const std::uint64_t same = bitOf(vector) & inOrder;
  for (const std::uint64_t candidates :
       {settled & same, settled & notFence & inOrder, settled & notFence, free & same,
        free & notFence & inOrder, free & notFence, free}) {
    if (candidates != 0) return nearest(candidates, vector);
  }
  return -1;
}

void ThreadHandler::giveBack(int number) {
  lent_ &= ~bitOf(number);
  unsettled_ |= bitOf(number);
}

void ThreadHandler::settle() {
  if (unsettled_ != 0) fence();
}

// A user interrupt can be in flight, or be recognised while this thread is already in the kernel,
// and then nothing wakes a sleeper. Recognition moves the whole PIR at once (SDM vol. 3,
// "User-Interrupt Notification Processing"): when an interrupt that we post to ourselves after the
// park has been delivered, so have all posts of senders that saw the receiver running. This needs
// no wake-up support of the kernel, which has been seen to lose wake-ups.
bool ThreadHandler::fence() {
  if (!fence_ || unmasked_ == 0) return false;
  // A late self-interrupt must not be taken for the next one, so at most one is on its way.
  if (fenceIsLate_ && !fenceHasArrived()) return false;
  // relaxed: the handler runs on this thread.
  slot(fence_->vector).pir.store(0, std::memory_order_relaxed);
  senduipi(fence_->target.uipiIndex());
  fenceIsLate_ = !awaitFence(kFenceLimit);
  if (fenceIsLate_) return false;
  unsettled_ = 0;
  return true;
}

void ThreadHandler::keepFenceOff(int number) {
  if (!fence_ || fence_->vector != number) return;
  try {
    if (fenceIsLate_) awaitFence(kLateFenceLimit);  // nobody posted it, so nobody may see it
    everLent |= bitOf(number);
    moveFence();
  } catch (const os::SystemError&) {
    // Without a fence receivers sleep at most a millisecond at a time: no reason to fail.
  }
}

// Moves the fence to the lowest vector that was never lent: the CPU delivers the highest vector
// first, so all others have been delivered by the time that the fence is. Vectors that were lent by
// this thread's earlier handlers are passed over, too: a program without this library may still use
// its index for one, and its post would be taken for the fence.
void ThreadHandler::moveFence() {
  fence_.reset();
  fenceIsLate_ = false;
  const int vector = std::countr_one(everLent);
  if (vector < kVectors) fence_.emplace(kernel_, vector);
}

bool ThreadHandler::fenceHasArrived() {
  // acquire: pairs with the handler's locked OR, so that everything it stored before is seen.
  return slot(fence_->vector).pir.load(std::memory_order_acquire) != 0;
}

bool ThreadHandler::awaitFence(std::chrono::milliseconds limit) {
  return Spin(limit).until([this] { return fenceHasArrived(); });
}

}  // namespace uintr::hardware

#endif
