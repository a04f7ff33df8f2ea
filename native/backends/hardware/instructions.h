// The five UINTR instructions, and the handler that the CPU calls. No other object file has any of
// them: none may run before detection has found that it does not fault.

#pragma once

#include <atomic>
#include <cstdint>

#include "protocol/post.h"

namespace uintr::hardware {

// The vectors that a thread's interrupt handler has received and its receivers have not yet taken:
// the private counterpart of the vector pages. One slot per vector of the kernel.
struct Mailbox {
  struct alignas(64) Slot {
    Upid upid{};
    // What the handler raises there: the bit of the vector as its receiver numbers it. Only the
    // thread that the handler interrupts writes it.
    std::atomic<std::uint64_t> bit{1};
  };
  // Not std::array: the handler would call its operator[] instead of inlining it, because that
  // function may use vector registers.
  Slot slots[kVectors]{};
};

void senduipi(std::uint64_t uipiIndex);  // SENDUIPI and MFENCE, which orders it before later loads
void stui();
void clui();
bool testui();

// Returns the address for uintr_register_handler.
void* interruptHandler();

// Tells the handler where this thread's mailbox is. Attach before the thread registers its handler,
// detach after it has unregistered. Returns false when the process has 256 mailboxes already.
bool attachMailbox(Mailbox& mailbox);
void detachMailbox(Mailbox& mailbox);

// Runs TESTUI where it may fault. Returns whether it did not (detection.cc catches the SIGILL).
extern "C" bool uintrProbeTestui();
extern "C" const char uintrProbeInstruction[];  // its address
extern "C" const char uintrProbeFaulted[];      // where to go on when it faults

}  // namespace uintr::hardware
