#include "backends/hardware/instructions.h"

#include "backends/hardware/config.h"

#if UINTR_HAS_HARDWARE

#include <x86gprintrin.h>

namespace uintr::hardware {

namespace {

// A thread's mailbox, found by the thread pointer. A thread_local would be simpler, but in a
// library that is loaded at run time its first use may allocate, and the handler can interrupt
// malloc. Static TLS (initial-exec) does not allocate, but musl refuses it.
struct Entry {
  void* thread;
  Mailbox* mailbox;
};

// The table of the process: one handler serves all threads. It is in .bss, and attachMailbox
// touches it before the handler reads it.
constexpr int kMaxThreads = 256;
Entry entries[kMaxThreads];

// Runs between any two instructions of the thread, which may hold any lock. So it consists of
// atomic operations on memory that is mapped already, all inlined. Without `uintr` in its target
// GCC would end it with IRETQ; with general-regs-only it need not save vector registers.
//
// A CLUI in the handler would have no effect, because UIRET sets UIF on today's CPUs. The code
// outside does the masking.
__attribute__((interrupt, target("uintr,general-regs-only,inline-all-stringops"))) void onInterrupt(
    __uintr_frame*, unsigned long long vector) {
  void* const thread = __builtin_thread_pointer();
  for (const Entry& entry : entries) {
    // acquire: pairs with the release in attachMailbox, for `mailbox`.
    if (__atomic_load_n(&entry.thread, __ATOMIC_ACQUIRE) != thread) continue;
    Mailbox::Slot& slot = entry.mailbox->slots[vector % kVectors];
    // relaxed: written by this same thread.
    const auto bit = __atomic_load_n(reinterpret_cast<std::uint64_t*>(&slot.bit), __ATOMIC_RELAXED);
    auto* pir = reinterpret_cast<std::uint64_t*>(&slot.upid.pir);
    // seq_cst, as in the raise of the software backend: it stands between SENDUIPI and the
    // receiver's look.
    __atomic_fetch_or(pir, bit, __ATOMIC_SEQ_CST);
    return;
  }
}

}  // namespace

__attribute__((target("uintr"))) void senduipi(std::uint64_t uipiIndex) {
  _senduipi(uipiIndex);
  // The SDM does not say that SENDUIPI orders later loads. Partner of the store in park().
  asm volatile("mfence" ::: "memory");
}

__attribute__((target("uintr"))) void stui() {
  _stui();
}
__attribute__((target("uintr"))) void clui() {
  _clui();
}
__attribute__((target("uintr"))) bool testui() {
  return _testui() != 0;
}

void* interruptHandler() {
  return reinterpret_cast<void*>(&onInterrupt);
}

bool attachMailbox(Mailbox& mailbox) {
  for (Entry& entry : entries) {
    void* expected = nullptr;
    static char claimed;  // an address that is neither null nor a thread pointer
    // relaxed: only claims the entry.
    if (!__atomic_compare_exchange_n(&entry.thread, &expected, static_cast<void*>(&claimed), false,
                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      continue;
    }
    entry.mailbox = &mailbox;
    // release: pairs with the acquire in onInterrupt.
    __atomic_store_n(&entry.thread, __builtin_thread_pointer(), __ATOMIC_RELEASE);
    return true;
  }
  return false;
}

void detachMailbox(Mailbox& mailbox) {
  for (Entry& entry : entries) {
    // relaxed: only this thread writes to the entries that have its thread pointer.
    if (__atomic_load_n(&entry.thread, __ATOMIC_RELAXED) != __builtin_thread_pointer()) continue;
    if (entry.mailbox != &mailbox) continue;
    // release: this thread is done with the entry before another one claims it.
    __atomic_store_n(&entry.thread, nullptr, __ATOMIC_RELEASE);
    return;
  }
}

// Top-level assembly, because the handler of SIGILL has to know the addresses.
asm(R"(
  .text
  .globl uintrProbeTestui, uintrProbeInstruction, uintrProbeFaulted
  .hidden uintrProbeTestui, uintrProbeInstruction, uintrProbeFaulted
  .type uintrProbeTestui, @function
uintrProbeTestui:
uintrProbeInstruction:
  .byte 0xf3, 0x0f, 0x01, 0xed
  movl $1, %eax
  ret
uintrProbeFaulted:
  xorl %eax, %eax
  ret
  .size uintrProbeTestui, . - uintrProbeTestui
)");

}  // namespace uintr::hardware

#endif
