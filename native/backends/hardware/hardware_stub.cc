// Stands in for the hardware backend where it cannot be compiled.

#include "backends/hardware/config.h"
#include "backends/hardware/hardware.h"

#if !UINTR_HAS_HARDWARE

namespace uintr::hardware {

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

std::unique_ptr<ReceiverBackend> createReceiver(const ReceiverOptions&) {
  return nullptr;
}
std::unique_ptr<SenderBackend> createSender(int, std::uint64_t) {
  return nullptr;
}
int vectorOf(int) {
  return -1;
}

}  // namespace uintr::hardware

#endif
