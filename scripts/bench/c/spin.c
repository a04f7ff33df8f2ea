// The floor: both sides spin on one word in a shared cache line and never enter the kernel. Nothing
// that crosses cores through memory can be faster.

#include <stdatomic.h>

#include "transport.h"

static atomic_uint* turn;  // even: the first side's turn

static void open_spin(void) {
  turn = shared_page();
}

static void send_spin(enum side from) {
  (void)from;
  // Only the side whose turn it is writes.
  unsigned now = atomic_load_explicit(turn, memory_order_relaxed);
  atomic_store_explicit(turn, now + 1, memory_order_release);
}

static void wait_spin(enum side receiver) {
  while (atomic_load_explicit(turn, memory_order_acquire) % 2 != (unsigned)receiver) {
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
  }
}

const struct transport spin = {"spin", open_spin, send_spin, wait_spin};
