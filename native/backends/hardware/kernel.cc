#include "backends/hardware/kernel.h"

#include "backends/hardware/config.h"

#if UINTR_HAS_HARDWARE

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "os/kernel_release.h"

namespace uintr::hardware {

namespace {

struct Numbers {
  long registerHandler;
  long unregisterHandler;
  long createFd;
  long registerSender;
  long unregisterSender;
};

// arch/x86/entry/syscalls/syscall_64.tbl of Intel's kernel trees.
constexpr Numbers kRfcV1{449, 450, 451, 452, 453};
constexpr Numbers kUintrNext{471, 472, 473, 474, 475};

constexpr unsigned kWaitingReceiver = 0x1000;  // UINTR_HANDLER_FLAG_WAITING_RECEIVER
constexpr unsigned kBadFlags = ~0U;

const Numbers& numbersOf(Abi abi) {
  return abi == Abi::RfcV1 ? kRfcV1 : kUintrNext;
}

// Both families look at the flags first and do nothing when they are wrong.
bool answers(const Numbers& numbers) {
  const auto refusesFlags = [](long result) { return result == -1 && errno == EINVAL; };
  return refusesFlags(::syscall(numbers.registerHandler, nullptr, kBadFlags)) &&
         refusesFlags(::syscall(numbers.unregisterHandler, kBadFlags)) &&
         refusesFlags(::syscall(numbers.createFd, 0, kBadFlags));
}

}  // namespace

Abi Kernel::probe() {
  // From 5.16 on 449 and its successors are mainline's own calls (449 futex_waitv, 453
  // map_shadow_stack), and later 471 too (rseq_slice_yield, which ignores its arguments and
  // succeeds): asking is safe only because TESTUI works here.
  if (answers(kUintrNext)) return Abi::UintrNext;
  if (os::isKernelBefore(5, 16) && answers(kRfcV1)) return Abi::RfcV1;
  return Abi::None;
}

void Kernel::registerHandler(void* handler, bool waiting) const {
  const long number = numbersOf(abi_).registerHandler;
  if (waiting && abi_ == Abi::UintrNext) {
    // EINVAL from a kernel without CONFIG_X86_UINTR_BLOCKING.
    if (::syscall(number, handler, kWaitingReceiver) == 0) return;
    if (errno != EINVAL) os::throwErrno("uintr_register_handler");
  }
  if (::syscall(number, handler, 0U) == 0) return;
  if (errno != EBUSY) os::throwErrno("uintr_register_handler");
  throw os::SystemError{
      EBUSY, "uintr_register_handler",
      "this thread has a user-interrupt handler of another library, or of another "
      "copy of this one"};
}

void Kernel::unregisterHandler() const noexcept {
  ::syscall(numbersOf(abi_).unregisterHandler, 0U);
}

const char* Kernel::createFdName() const {
  return abi_ == Abi::RfcV1 ? "uintr_create_fd" : "uintr_vector_fd";
}

os::UniqueFd Kernel::createFd(int vector) const {
  const long fd = os::check(::syscall(numbersOf(abi_).createFd, vector, 0U), createFdName());
  return os::UniqueFd(static_cast<int>(fd));
}

int Kernel::vectorOf(int uvecFd) const {
  // The kernel says so in one line of fdinfo only. No other kind of file has a line that begins
  // like this one.
  const std::string_view label =
      abi_ == Abi::RfcV1 ? "user_vector:" : "uintr: receiver: ";  // "... PID vector:N"
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(uvecFd));
  if (!info.is_open() && (errno == EMFILE || errno == ENFILE)) os::throwErrno("open");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with(label)) continue;
    const int vector = std::atoi(line.c_str() + line.rfind(':') + 1);
    return vector >= 0 && vector < kVectors ? vector : -1;
  }
  return -1;
}

int Kernel::registerSender(int uvecFd) const {
  const long number = numbersOf(abi_).registerSender;
  return static_cast<int>(os::check(::syscall(number, uvecFd, 0U), "uintr_register_sender"));
}

void Kernel::unregisterSender(int uvecFd, int uipiIndex) const noexcept {
  const int target = abi_ == Abi::RfcV1 ? uvecFd : uipiIndex;  // the two families differ
  ::syscall(numbersOf(abi_).unregisterSender, target, 0U);
}

}  // namespace uintr::hardware

#endif
