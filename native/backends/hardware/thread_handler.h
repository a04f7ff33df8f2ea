// The user-interrupt handler of a thread, which all its receivers share: the kernel has one handler
// and 64 vectors per thread. One registration, one mailbox and one fence serve them all.

#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "backends/hardware/instructions.h"
#include "backends/hardware/kernel.h"
#include "backends/hardware/target_table.h"

namespace uintr::hardware {

class ThreadHandler;

// One of the thread's vectors, lent to a receiver for as long as this object lives.
struct LentVector {
  LentVector(std::shared_ptr<ThreadHandler> lender, int lent, os::UniqueFd fd);
  ~LentVector();
  LentVector(const LentVector&) = delete;
  LentVector& operator=(const LentVector&) = delete;

  std::shared_ptr<ThreadHandler> handler;
  int number;           // the kernel's: the receiver may have another number for it
  os::UniqueFd uvecFd;  // open as long: on rfc-v1 a vector has only this one, and goes with it
};

// Used on its thread only.
class ThreadHandler final : public std::enable_shared_from_this<ThreadHandler> {
 public:
  // Returns the handler of the calling thread, which its first receiver registers and its last one
  // unregisters. `waiting` is what the first one asked for. Throws os::SystemError.
  static std::shared_ptr<ThreadHandler> ofThisThread(Kernel kernel, bool waiting);

  ThreadHandler(Kernel kernel, bool waiting);
  ~ThreadHandler();
  ThreadHandler(const ThreadHandler&) = delete;
  ThreadHandler& operator=(const ThreadHandler&) = delete;

  // The thread has one UIF, so it is clear only while all receivers are masked. Each receiver is
  // masked to begin with.
  void unmask();
  void mask();

  // Interrupts this thread and waits for that interrupt. Returns true once all posts that were made
  // before have arrived in the mailbox; false if that is not certain.
  bool fence();

  // Lets posts arrive that belong to nobody any more.
  void settle();

  // Lends a vector to a receiver that calls it `vector`. Takes the one of that number if it is free
  // and one of `inOrder`, which keep the receiver's own order of priority; otherwise one that is
  // near. Throws os::SystemError.
  std::shared_ptr<LentVector> lend(int vector, std::uint64_t inOrder);

  // Where posts of a lent vector show up, by the receiver's own number. Keeps the memory alive.
  std::shared_ptr<Upid> upidOf(const LentVector& lent) { return {mailbox_, &slot(lent.number)}; }

  void giveBack(int number);
  void unregister() noexcept;

 private:
  // Tells the handler where the mailbox is, for longer than the handler is registered.
  struct Attachment {
    explicit Attachment(Mailbox& mailbox);
    ~Attachment();
    Mailbox& mailbox;
  };

  // A vector that this thread raises for itself.
  struct Fence {
    Fence(Kernel kernel, int vector);
    int vector;
    os::UniqueFd uvecFd;
    Target target;
  };

  int choose(int vector, std::uint64_t inOrder, std::uint64_t refused) const;
  void keepFenceOff(int number);
  void moveFence();
  bool fenceHasArrived();
  bool awaitFence(std::chrono::milliseconds limit);
  Upid& slot(int number) { return mailbox_->slots[number].upid; }

  Kernel kernel_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  Attachment attachment_{*mailbox_};
  bool registered_ = false;
  int unmasked_ = 0;  // receivers
  std::uint64_t lent_ = 0;
  // Vectors at which posts may still arrive for somebody who has given them back, or for an earlier
  // handler of this thread: unregistering does not clear PIR.
  std::uint64_t unsettled_ = kAllVectors;
  std::optional<Fence> fence_;  // none once all 64 vectors have been lent
  bool fenceIsLate_ = false;
};

}  // namespace uintr::hardware
