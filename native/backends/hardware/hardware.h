// The hardware backend: Intel User Interrupts (SDM vol. 3, "User Interrupts") under a kernel that
// enables them; and the facts about this machine that decide whether it is usable.

#pragma once

#include <string>

#include "core/backend.h"

namespace uintr::hardware {

// The system calls of Intel's first series (Linux 5.14), or of its successor for 6.0 and later.
enum class Abi { None, RfcV1, UintrNext };

enum class SelfTest { NotRun, Passed, Failed };

// Every fact that detection used, in the order in which detection asks.
struct Detection {
  bool compiled = false;  // this addon has the hardware backend
  bool enabled = false;   // TESTUI does not fault: the kernel has set CR4.UINTR
  Abi abi = Abi::None;
  SelfTest selfTest = SelfTest::NotRun;
  bool usable = false;
  std::string reason{};  // one sentence, for a person
};

// Detects once per process.
const Detection& detect();

const Backend& backend();

}  // namespace uintr::hardware
