// Finds out whether user interrupts work here. A system call's number alone proves nothing: on
// mainline kernels the numbers belong to other calls.

#include "backends/hardware/config.h"
#include "backends/hardware/hardware.h"

#if UINTR_HAS_HARDWARE

#include <signal.h>
#include <ucontext.h>

#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

#include "backends/hardware/hardware_backend.h"
#include "backends/hardware/process_mutex.h"
#include "core/spin.h"
#include "cpu/cpuid.h"

namespace uintr::hardware {

namespace {

constexpr std::chrono::milliseconds kSelfTestLimit{50};

struct sigaction
    previousSigill;  // signal dispositions are the process's; used by testuiFaults only

void onSigill(int signal, siginfo_t* info, void* context) {
  auto& rip = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
  if (rip == reinterpret_cast<greg_t>(uintrProbeInstruction)) {
    rip = reinterpret_cast<greg_t>(uintrProbeFaulted);
  } else if ((previousSigill.sa_flags & SA_SIGINFO) != 0) {
    previousSigill.sa_sigaction(signal, info, context);  // another thread's
  } else {
    ::sigaction(SIGILL, &previousSigill, nullptr);  // and it faults again
  }
}

// TESTUI raises #UD unless the kernel has set CR4.UINTR (SDM vol. 2, TESTUI). CLUI and STUI would
// not do: AMD's Zen 3 executes them as RDPKRU and WRPKRU where protection keys are enabled.
bool testuiWorks() {
  // Serialised: restoring SIGILL here would remove the handler that another copy of the addon is
  // still using.
  const std::lock_guard lock(processMutex);
  struct sigaction action {};
  action.sa_sigaction = onSigill;
  action.sa_flags = SA_SIGINFO;
  sigset_t sigill;
  sigset_t mask;
  sigemptyset(&sigill);
  sigaddset(&sigill, SIGILL);
  if (::sigaction(SIGILL, nullptr, &previousSigill) != 0) return false;
  if (::sigaction(SIGILL, &action, nullptr) != 0) return false;
  ::pthread_sigmask(SIG_UNBLOCK, &sigill, &mask);  // a blocked SIGILL would kill us
  const bool works = uintrProbeTestui();
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  ::sigaction(SIGILL, &previousSigill, nullptr);
  return works;
}

// Registers a handler on this scratch thread, which then interrupts itself and is interrupted by
// another thread.
bool selfTest(Kernel kernel) {
  HardwareReceiver receiver(kernel, {});
  const Inbox inbox = receiver.open(kVectors - 1);
  const auto send = [&] { HardwareSender(kernel, inbox.carrier.get(), 0).raise(); };
  const auto arrives = [&] {
    // Longer than the fence's millisecond: a late interrupt is still of use.
    return Spin(kSelfTestLimit).until([&] { return isRaised(*inbox.upid, bitOf(kVectors - 1)); });
  };
  send();
  if (!arrives()) return false;
  take(*inbox.upid, bitOf(kVectors - 1));
  std::optional<os::SystemError> failure;
  std::thread([&] {
    try {
      send();
    } catch (const os::SystemError& error) {
      failure = error;
    }
  }).join();
  if (failure) throw *failure;
  return arrives();
}

void runSelfTest(Detection& detection) {
  std::thread([&] {
    try {
      detection.usable = selfTest(Kernel(detection.abi));
      detection.reason = detection.usable ? "user interrupts work here"
                                          : "the self-test's interrupt did not arrive within 50 ms";
    } catch (const os::SystemError& error) {
      detection.reason =
          std::string("the self-test failed: ") + error.syscall + ": " + std::strerror(error.error);
    } catch (const std::system_error& error) {  // its second thread could not start
      detection.reason = std::string("the self-test failed: ") + error.what();
    }
  }).join();
  detection.selfTest = detection.usable ? SelfTest::Passed : SelfTest::Failed;
}

Detection detectOnce() {
  Detection detection{.compiled = true};
  detection.enabled = testuiWorks();
  if (!detection.enabled) {
    detection.reason = cpuFeatures().uintr
                           ? "the kernel does not enable user interrupts (TESTUI faults): see "
                             "docs/hardware.md"
                           : "this CPU has no user interrupts (Intel Sapphire Rapids and later do)";
    return detection;
  }
  detection.abi = Kernel::probe();
  if (detection.abi == Abi::None) {
    detection.reason =
        "user interrupts are enabled, but this kernel has none of the system calls known: see "
        "docs/hardware.md";
    return detection;
  }
  try {
    runSelfTest(detection);
  } catch (const std::system_error& error) {
    detection.reason = std::string("the self-test could not be started: ") + error.what();
  }
  return detection;
}

}  // namespace

const Detection& detect() {
  static const Detection detection = detectOnce();  // a fact about the machine
  return detection;
}

}  // namespace uintr::hardware

#endif
