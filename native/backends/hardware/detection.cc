// Whether user interrupts work here. Never by a system call's number alone: on mainline kernels
// the numbers belong to other calls.

#include "backends/hardware/config.h"
#include "backends/hardware/hardware.h"

#if UINTR_HAS_HARDWARE

#include <signal.h>
#include <ucontext.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
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
  // Whoever restores the handler takes away that of another copy of this addon that is not done.
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

// Registers on this thread, a scratch one, and is interrupted by itself and by another thread.
bool selfTest(Kernel kernel) {
  HardwareReceiver receiver(kernel, {});
  const Inbox inbox = receiver.open(kVectors - 1);
  const auto send = [&] { HardwareSender(kernel, inbox.carrier.get(), 0).raise(); };
  const auto arrives = [&] {
    // The fence's millisecond is no measure here: an interrupt that is late is still of use.
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
    } catch (const std::system_error& error) {  // of its second thread
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
                             "README, Hosts"
                           : "this CPU has no user interrupts (Intel Sapphire Rapids and later do)";
    return detection;
  }
  detection.abi = Kernel::probe();
  if (detection.abi == Abi::None) {
    detection.reason =
        "user interrupts are enabled, but this kernel has none of the system calls known: see "
        "README, Hosts";
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

std::unique_ptr<ReceiverBackend> createReceiver(const ReceiverOptions& options) {
  return std::make_unique<HardwareReceiver>(Kernel(detect().abi), options);
}

std::unique_ptr<SenderBackend> createSender(int uvecFd, std::uint64_t socket) {
  return std::make_unique<HardwareSender>(Kernel(detect().abi), uvecFd, socket);
}

int vectorOf(int uvecFd) {
  // The kernel says so in one line only. No other kind of file has a line that begins like this.
  const std::string_view label =
      detect().abi == Abi::RfcV1 ? "user_vector:" : "uintr: receiver: ";  // "... PID vector:N"
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(uvecFd));
  if (!info.is_open() && (errno == EMFILE || errno == ENFILE)) os::throwErrno("open");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with(label)) continue;
    const int vector = std::atoi(line.c_str() + line.rfind(':') + 1);
    return vector >= 0 && vector < kVectors ? vector : -1;
  }
  return -1;
}

}  // namespace uintr::hardware

#endif
