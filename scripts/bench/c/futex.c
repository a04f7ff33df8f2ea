#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "transport.h"

static struct {
  _Alignas(64) atomic_uint raised;
} * words;  // one per side

static void open_futex(void) {
  words = shared_page();
}

static void send_futex(enum side from) {
  atomic_uint* word = &words[peer(from)].raised;
  atomic_store(word, 1);
  if (syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) < 0) die("futex wake");
}

static void wait_futex(enum side receiver) {
  atomic_uint* word = &words[receiver].raised;
  while (atomic_exchange(word, 0) == 0) {
    if (syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0) < 0 && errno != EAGAIN &&
        errno != EINTR) {
      die("futex wait");
    }
  }
}

const struct transport futex = {"futex", open_futex, send_futex, wait_futex};
