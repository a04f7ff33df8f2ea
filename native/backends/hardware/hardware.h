// The hardware backend: Intel User Interrupts (SDM vol. 3, "User Interrupts") under a kernel that
// enables them.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/backend.h"

namespace uintr::hardware {

// The system calls of Intel's first series (Linux 5.14), or of its successor for 6.0 and later.
enum class Abi { None, RfcV1, UintrNext };

enum class SelfTest { NotRun, Passed, Failed };

// Every fact that detection used, in the order in which it asks.
struct Detection {
  bool compiled = false;  // this addon has the hardware backend
  bool enabled = false;   // TESTUI does not fault: the kernel has set CR4.UINTR
  Abi abi = Abi::None;
  SelfTest selfTest = SelfTest::NotRun;
  bool usable = false;
  std::string reason{};  // one sentence, for a person
};

// Found out once per process.
const Detection& detect();

struct ReceiverOptions {
  // Some senders hold no more than a bare uvec fd, and cannot wake a receiver that sleeps.
  bool foreignSenders = false;
};

// Both only where detect() says `usable`. Throw os::SystemError. `socket`: see Target.
std::unique_ptr<ReceiverBackend> createReceiver(const ReceiverOptions& options);
std::unique_ptr<SenderBackend> createSender(int uvecFd, std::uint64_t socket);

// The vector behind a bare uvec fd; -1 when it is none. Throws os::SystemError without descriptors
// left to look.
int vectorOf(int uvecFd);

}  // namespace uintr::hardware
