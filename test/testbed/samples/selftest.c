/*
 * Tests a machine as a library does before it trusts one: registers, interrupts itself and waits a
 * while, with the fence of a receiver that is about to sleep. Prints what it found, which the
 * testbed's knobs change.
 */
#include "uintr.h"

static atomic_int delivered;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  (void)vector;
  atomic_fetch_add(&delivered, 1);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t); /* in the vDSO: no system call */
  return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static atomic_int fd, same;

static void* registering(void* none) {
  int mine = uintr_register_sender(fd, 0);
  CHECK(mine >= 0);
  int other = atomic_exchange(&same, mine);
  if (other == mine) printf("the same index twice\n");
  return none;
}

int main(int argc, char** argv) {
  start(argc, argv);
  if (!rfc && uintr_register_handler(handler, WAITING_RECEIVER) == 0) {
    printf("WAITING flags accepted\n");
    CHECK(uintr_unregister_handler(0) == 0);
  } else if (!rfc) {
    CHECK(errno == EINVAL);
    FAILS(uintr_wait(10, 0), ENOSYS);
    printf("WAITING flags refused\n");
  }
  CHECK(uintr_register_handler(handler, 0) == 0);
  fd = uintr_create_fd(0, 0);
  int index = uintr_register_sender(fd, 0);
  CHECK(index >= 0);
  _stui();
  int64_t begin = now();
  _senduipi((unsigned long long)index);
  for (int i = 0; i < 1000 && !delivered; i++) __asm__ volatile("pause");
  int at_once = delivered;
  while (!delivered && now() < begin + 2000000)
    ;
  printf("%s\n", !delivered ? "never delivered" : at_once ? "delivered at once" : "delivered late");
  if (!at_once && delivered) { /* perhaps a system call makes it arrive */
    atomic_store(&delivered, 0);
    _senduipi((unsigned long long)index);
    syscall(SYS_getppid);
    if (delivered) printf("delivered on the return from a system call\n");
  }
  if (!rfc) {
    pthread_t threads[2];
    same = -1;
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, registering, NULL) == 0);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  }
  return 0;
}
