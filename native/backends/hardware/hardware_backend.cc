#include "backends/hardware/hardware_backend.h"

#include "backends/hardware/config.h"

#if UINTR_HAS_HARDWARE

#include <utility>

#include "core/errors.h"
#include "os/unix_socket.h"

namespace uintr::hardware {

HardwareReceiver::HardwareReceiver(Kernel kernel, const BackendOptions& options)
    : kernel_(kernel),
      options_(options),
      handler_(ThreadHandler::ofThisThread(kernel, options.foreignSenders)) {
  handler_->unmask();
  // What was posted to earlier receivers of this thread arrives now, or when a vector is lent.
  // Their senders see CLOSED in the state page and post no more. A program without this library can
  // still post, because on uintr-next its index leads here; on a vector that is lent again, its
  // posts are like any other's.
  handler_->settle();
}

HardwareReceiver::~HardwareReceiver() {
  if (!masked_) handler_->mask();
}

Inbox HardwareReceiver::open(int vector) {
  std::shared_ptr<LentVector> lent = lent_[vector].lock();
  const bool isFirst = lent == nullptr;
  if (isFirst) lent_[vector] = lent = handler_->lend(vector, inOrder(vector));
  // uintr-next has any number of uvec fds per vector, rfc-v1 one, which the vector fds share.
  const bool hasOne = isFirst || kernel_.abi() == Abi::RfcV1;
  os::UniqueFd carrier =
      hasOne ? os::duplicate(lent->uvecFd.get()) : kernel_.createFd(lent->number);
  auto upid = handler_->upidOf(*lent);
  return {.carrier = std::move(carrier),
          .upid = std::move(upid),
          .claim = std::move(lent),
          .wakesFutex = false,
          // A post that is masked or in flight shows up once the handler runs. On rfc-v1 closing
          // the last copy of the uvec fd would also clear its bit in PIR.
          .arrivesLate = true,
          .carrierStandsAlone = true};
}

// The thread's vectors between those of the receiver's next lower and next higher vector: the CPU
// delivers the highest first.
std::uint64_t HardwareReceiver::inOrder(int vector) const {
  std::uint64_t vectors = kAllVectors;
  for (int own = 0; own < kVectors; ++own) {
    const auto lent = lent_[own].lock();
    if (lent == nullptr || own == vector) continue;
    const std::uint64_t below = bitOf(lent->number) - 1;
    vectors &= own < vector ? ~(below | bitOf(lent->number)) : below;
  }
  return vectors;
}

bool HardwareReceiver::fence() {
  return handler_->fence() && !options_.foreignSenders;
}

void HardwareReceiver::stui() {
  if (std::exchange(masked_, false)) handler_->unmask();
}

void HardwareReceiver::clui() {
  if (!std::exchange(masked_, true)) handler_->mask();
}

// Also executed while another receiver of the thread keeps UIF set.
bool HardwareReceiver::testui() {
  return hardware::testui() && !masked_;
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
  std::unique_ptr<SenderBackend> openSender(int carrier, int /*vector*/,
                                            int vectorFd) const override {
    if (!isUsable()) {
      throw Error{"ERR_UINTR_NO_HARDWARE",
                  "the receiver uses the hardware backend, and here " + detect().reason};
    }
    // The number is the kernel's, and not always the one that the receiver has for the vector.
    if (kernel().vectorOf(carrier) < 0) return nullptr;
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
