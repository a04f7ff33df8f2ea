// Stands in for the hardware backend where it cannot be compiled.

#include "backends/hardware/config.h"
#include "backends/hardware/hardware.h"

#if !UINTR_HAS_HARDWARE

#include "core/errors.h"

namespace uintr::hardware {

namespace {

class NoHardware final : public Backend {
 public:
  BackendKind kind() const override { return BackendKind::Hardware; }
  std::string_view name() const override { return "hardware"; }
  bool isUsable() const override { return false; }

  std::unique_ptr<ReceiverBackend> openReceiver(const BackendOptions&) const override {
    throw Error{"ERR_UINTR_NO_HARDWARE", detect().reason};
  }

  std::unique_ptr<SenderBackend> openSender(int, int, int) const override {
    throw Error{"ERR_UINTR_NO_HARDWARE",
                "the receiver uses the hardware backend, and here " + detect().reason};
  }

  int vectorOf(int) const override { return -1; }
};

}  // namespace

const Detection& detect() {
  static const Detection detection {
#if defined(__x86_64__)
    .reason = "this addon was compiled by a compiler without user interrupts (GCC 11 has them)"
#else
    .reason = "user interrupts exist on x86-64 only"
#endif
  };
  return detection;
}

const Backend& backend() {
  static const NoHardware none;
  return none;
}

}  // namespace uintr::hardware

#endif
