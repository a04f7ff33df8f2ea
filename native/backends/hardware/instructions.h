// The five instructions, and the handler that the CPU calls. The one object file with any of them:
// none may run before detection has found that it does not fault.

#pragma once

#include <atomic>
#include <cstdint>

#include "protocol/post.h"

namespace uintr::hardware {

// Where the interrupt handler leaves what came, a process-private counterpart of the vector pages.
struct Mailbox {
  struct alignas(64) Slot {
    Upid upid{};
  };
  // Not std::array: the handler could not inline its operator[], which may use vector registers,
  // and would call it.
  Slot slots[kVectors]{};
};

void senduipi(std::uint64_t uipiIndex);  // with the MFENCE that orders it before what follows
void stui();
void clui();
bool testui();

// What to pass to uintr_register_handler.
void* interruptHandler();

// Tells the handler where this thread's mailbox is. Before the thread registers its handler, and
// until after it has unregistered. False when too many threads of the process receive.
bool attachMailbox(Mailbox& mailbox);
void detachMailbox(Mailbox& mailbox);

// Runs TESTUI where it may fault: true when it did not (detection.cc catches the SIGILL).
extern "C" bool uintrProbeTestui();
extern "C" const char uintrProbeInstruction[];  // its address
extern "C" const char uintrProbeFaulted[];      // where to go on when it faults

}  // namespace uintr::hardware
