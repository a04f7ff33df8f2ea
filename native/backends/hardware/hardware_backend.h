// The two sides of the hardware backend: a receiver with what it has of its thread's handler, and a
// sender's entry in the target table.

#pragma once

#include <array>
#include <memory>

#include "backends/hardware/instructions.h"
#include "backends/hardware/kernel.h"
#include "backends/hardware/target_table.h"
#include "backends/hardware/thread_handler.h"
#include "core/backend.h"

namespace uintr::hardware {

class HardwareReceiver final : public ReceiverBackend {
 public:
  HardwareReceiver(Kernel kernel, const BackendOptions& options);
  ~HardwareReceiver() override;
  HardwareReceiver(const HardwareReceiver&) = delete;
  HardwareReceiver& operator=(const HardwareReceiver&) = delete;

  Inbox open(int vector) override;
  bool fence() override;
  void stui() override;
  void clui() override;
  bool testui() override;

 private:
  std::uint64_t inOrder(int vector) const;

  Kernel kernel_;
  BackendOptions options_;
  std::shared_ptr<ThreadHandler> handler_;
  std::array<std::weak_ptr<LentVector>, kVectors> lent_;  // by the receiver's own numbers
  bool masked_ = false;                                   // this receiver: UIF is the thread's
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
