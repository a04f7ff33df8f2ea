/* uintr_wait: its errors, its timeout, and its wake-up. */
#include "uintr.h"

static atomic_int delivered, fd = -1, tid, done;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  (void)vector;
  atomic_fetch_add(&delivered, 1);
}

static void* receiver(void* none) {
  FAILS(uintr_wait(1000, 0), EOPNOTSUPP); /* without a handler */
  CHECK(uintr_register_handler(handler, rfc ? 0 : WAITING_SENDER) == 0);
  FAILS(uintr_wait(1000, 1), EINVAL);
  if (!rfc) {
    FAILS(uintr_wait(1000000001, 0), EINVAL);
    CHECK(uintr_wait(0, 0) == 0);
  }
  CHECK(uintr_wait(100, 0) == 0); /* the time passes */
  int made = uintr_create_fd(0, 0);
  _stui();
  atomic_store(&tid, (int)syscall(SYS_gettid));
  atomic_store(&fd, made);
  int interrupted = 0; /* rfc-v1 waits 100 microseconds only, so repeat the call */
  for (int i = 0; i < 100000 && !interrupted; i++) {
    int result = uintr_wait(30000000, 0);
    interrupted = result < 0 && errno == EINTR;
    CHECK(interrupted || rfc);
    if (atomic_load(&delivered)) break;
  }
  CHECK(atomic_load(&delivered) == 1);
  CHECK(interrupted || rfc);
  atomic_store(&done, 1);
  return none;
}

int main(int argc, char** argv) {
  start(argc, argv);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, receiver, NULL) == 0);
  while (atomic_load(&fd) < 0) sched_yield();
  int index = uintr_register_sender(fd, 0);
  CHECK(index >= 0);
  if (!rfc) until_asleep(tid);
  _senduipi((unsigned long long)index);
  pthread_join(thread, NULL);
  printf("uintr_wait\n");
  return 0;
}
