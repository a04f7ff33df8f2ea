/*
 * The example of the Linux Plumbers talk of 2021: a receiver thread registers a handler and makes a
 * uintr fd; a sender thread registers with it and executes SENDUIPI; the handler runs.
 */
#include "uintr.h"

static atomic_int uintr_fd = -1, received = -1;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  atomic_store(&received, (int)vector);
}

static void* receiver(void* none) {
  CHECK(uintr_register_handler(handler, 0) == 0);
  int fd = uintr_create_fd(5, 0);
  CHECK(fd >= 0);
  _stui();
  atomic_store(&uintr_fd, fd);
  while (atomic_load(&received) < 0)
    ;
  printf("user interrupt: vector %d\n", atomic_load(&received));
  CHECK(uintr_unregister_handler(0) == 0);
  return none;
}

static void* sender(void* none) {
  while (atomic_load(&uintr_fd) < 0) sched_yield();
  int index = uintr_register_sender(uintr_fd, 0);
  CHECK(index >= 0);
  _senduipi((unsigned long long)index);
  CHECK(uintr_unregister_sender(uintr_fd, index, 0) == 0);
  return none;
}

int main(int argc, char** argv) {
  start(argc, argv);
  pthread_t r, s;
  CHECK(pthread_create(&r, NULL, receiver, NULL) == 0);
  CHECK(pthread_create(&s, NULL, sender, NULL) == 0);
  pthread_join(s, NULL);
  pthread_join(r, NULL);
  close(uintr_fd);
  return 0;
}
