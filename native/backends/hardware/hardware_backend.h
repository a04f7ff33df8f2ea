// The two sides of the hardware backend: a receiver's registration, mailbox and fence, and a
// sender's entry in the target table.

#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include "backends/hardware/instructions.h"
#include "backends/hardware/kernel.h"
#include "backends/hardware/target_table.h"
#include "core/backend.h"

namespace uintr::hardware {

class HardwareReceiver final : public ReceiverBackend {
 public:
  HardwareReceiver(Kernel kernel, const BackendOptions& options);

  Inbox open(int vector) override;
  bool fence() override;
  void stui() override { hardware::stui(); }
  void clui() override { hardware::clui(); }
  bool testui() override { return hardware::testui(); }

 private:
  // Tells the handler where the mailbox is, for longer than the handler is registered.
  struct Attachment {
    explicit Attachment(Mailbox& mailbox);
    ~Attachment();
    Mailbox& mailbox;
  };

  // The thread's handler, registered. Thread exit and worker termination destroy this object on the
  // same thread (environment clean-up hook), as the kernel demands; where a process ends without
  // those, exit(3) unregisters.
  struct Registration {
    Registration(Kernel kernel, bool waiting);
    ~Registration();
    Kernel kernel;
  };

  // A vector that this receiver raises for itself.
  struct Fence {
    Fence(Kernel kernel, int vector);
    int vector;
    os::UniqueFd uvecFd;
    Target target;
  };

  void moveFence();
  bool fenceHasArrived();
  bool awaitFence(std::chrono::milliseconds limit);
  std::shared_ptr<os::UniqueFd> uvecFdOf(int vector);
  Upid& slot(int vector) { return mailbox_->slots[vector].upid; }

  Kernel kernel_;
  BackendOptions options_;
  std::shared_ptr<Mailbox> mailbox_;
  Attachment attachment_;
  Registration registration_;
  // rfc-v1 has one uvec fd per vector, which the vector fds of that vector share.
  std::array<std::weak_ptr<os::UniqueFd>, kVectors> uvecFds_;
  std::uint64_t handedOut_ = 0;
  std::optional<Fence> fence_;  // none once all 64 vectors have been handed out
  bool fenceIsLate_ = false;
};

class HardwareSender final : public SenderBackend {
 public:
  HardwareSender(Kernel kernel, int uvecFd, std::uint64_t socket)
      : target_(kernel, uvecFd, socket) {}

  void raise() noexcept override { senduipi(target_.uipiIndex()); }
  Upid& upid() noexcept override { return upid_; }

 private:
  Target target_;
  Upid upid_{};  // for ON alone; the one with PIR is the kernel's
};

}  // namespace uintr::hardware
