#include "backends/hardware/instructions.h"

#include "backends/hardware/config.h"

#if UINTR_HAS_HARDWARE

#include <x86gprintrin.h>

namespace uintr::hardware {

namespace {

// A thread's mailbox, found by the thread pointer. A thread_local would be simpler, but in a
// library that is loaded at run time its first use may allocate, and the handler can interrupt
// malloc; static TLS (initial-exec), which does not, is refused by musl.
struct Entry {
  void* thread;
  Mailbox* mailbox;
};

// One table for the process, because one handler serves all its threads. In .bss, and touched by
// attachMailbox before the handler reads it.
constexpr int kMaxReceivers = 256;
Entry entries[kMaxReceivers];

// Delivered between any two instructions of the thread, which may hold any lock: nothing here but
// atomics on memory that exists, all of it inlined. Without `uintr` in its target GCC would end it
// with IRETQ; with general-regs-only it need not save vector registers.
//
// A CLUI in here would not survive: UIRET sets UIF on the CPUs there are. So masking is left to the
// code outside.
__attribute__((interrupt, target("uintr,general-regs-only,inline-all-stringops"))) void onInterrupt(
    __uintr_frame*, unsigned long long vector) {
  void* const thread = __builtin_thread_pointer();
  for (const Entry& entry : entries) {
    // acquire: pairs with the release in attachMailbox, for `mailbox`.
    if (__atomic_load_n(&entry.thread, __ATOMIC_ACQUIRE) != thread) continue;
    auto* pir = reinterpret_cast<std::uint64_t*>(&entry.mailbox->slots[vector % kVectors].upid.pir);
    // seq_cst, as the raise of the software backend: between SENDUIPI and the receiver's look.
    __atomic_fetch_or(pir, std::uint64_t{1} << (vector % kVectors), __ATOMIC_SEQ_CST);
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
    static char claimed;  // neither null nor a thread
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
    // relaxed: of the entries with this thread's pointer only this thread writes anything.
    if (__atomic_load_n(&entry.thread, __ATOMIC_RELAXED) != __builtin_thread_pointer()) continue;
    if (entry.mailbox != &mailbox) continue;
    // release: this thread is done with the entry before another one claims it.
    __atomic_store_n(&entry.thread, nullptr, __ATOMIC_RELEASE);
    return;
  }
}

// Top-level assembly, because the addresses must be known: SIGILL's handler compares them.
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
