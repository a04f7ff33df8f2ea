/*
 * Two receivers with flags 0 interrupt each other in turn and sleep in between. A sender that sees
 * its receiver parked also writes to an eventfd. A receiver that is about to sleep interrupts
 * itself first (the fence) and looks again. No wake-up may be lost. Without the fence a late or
 * delayed notification must lose a wake-up, and the program says so.
 *
 * Usage: parking ABI ROUNDS [without-fence]
 */
#include <sys/eventfd.h>

#include "uintr.h"

enum { PEER = 0, FENCE = 1, BOUND_MS = 3000 };

struct side {
  atomic_int fd, fence_fd, parked, done;
  atomic_ulong mailbox;
  int event;
};

static struct side sides[2];
static __thread struct side* self;
static atomic_int lost;
static int fence = 1, rounds;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  atomic_fetch_or(&self->mailbox, 1ul << vector);
}

static int take(unsigned vector) {
  return (atomic_fetch_and(&self->mailbox, ~(1ul << vector)) >> vector) & 1;
}

static int await(int fence_index) {
  for (;;) {
    if (take(PEER)) return 1;
    atomic_store(&self->parked, 1);
    if (fence) {
      _senduipi((unsigned long long)fence_index);
      while (!take(FENCE)) __asm__ volatile("pause");
    }
    int got = take(PEER), count = 0;
    uint64_t value;
    if (!got) {
      struct pollfd event = {self->event, POLLIN, 0};
      count = poll(&event, 1, BOUND_MS);
    }
    atomic_store(&self->parked, 0);
    if (got) return 1;
    if (count > 0)
      CHECK(read(self->event, &value, sizeof value) == sizeof value);
    else
      return 0; /* its interrupt may have been there all the time */
  }
}

static void* play(void* which) {
  long me = (long)which;
  struct side* peer = &sides[!me];
  self = &sides[me];
  CHECK(uintr_register_handler(handler, 0) == 0);
  atomic_store(&self->fence_fd, uintr_create_fd(FENCE, 0));
  int fence_index = uintr_register_sender(self->fence_fd, 0);
  CHECK(fence_index >= 0);
  atomic_store(&self->fd, uintr_create_fd(PEER, 0));
  while (atomic_load(&peer->fd) < 0) sched_yield();
  int index = uintr_register_sender(peer->fd, 0);
  CHECK(index >= 0);
  _stui();
  for (int round = 0; round < rounds && !lost; round++) {
    if (round > 0 || me == 1)
      if (!await(fence_index)) {
        atomic_store(&lost, 1);
        break;
      }
    _senduipi((unsigned long long)index);
    atomic_thread_fence(memory_order_seq_cst);
    uint64_t one = 1;
    if (atomic_load(&peer->parked)) CHECK(write(peer->event, &one, sizeof one) == sizeof one);
  }
  atomic_store(&self->done, 1);
  while (!atomic_load(&peer->done)) /* it still needs its interrupts */
    nap(1);
  CHECK(uintr_unregister_handler(0) == 0);
  return NULL;
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(argc >= 3);
  rounds = atoi(argv[2]);
  fence = argc < 4;
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    sides[i].fd = sides[i].fence_fd = -1;
    sides[i].event = eventfd(0, EFD_CLOEXEC);
  }
  for (long i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, play, (void*)i) == 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%s\n", lost ? "a wake-up was lost" : "no wake-up was lost");
  return 0;
}
