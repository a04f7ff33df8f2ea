/*
 * A receiver sleeps in a call while another thread interrupts it. With flags 0 it sleeps on, and
 * the interrupt arrives when the call returns. With a WAITING flag the call ends with EINTR,
 * without a signal, after the interrupt was delivered.
 *
 * Usage: blocked ABI CALL FLAGS
 */
#include <linux/futex.h>
#include <sys/epoll.h>

#include "uintr.h"

static atomic_int receiver_tid, fd = -1, delivered, returned;
static int pipe_fds[2], epoll_fd, futex_word;
static unsigned flags;
static int rounds;
static const char* call;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  (void)vector;
  atomic_fetch_add(&delivered, 1);
}

static long sleep_in_call(void) {
  char byte;
  struct epoll_event event;
  struct pollfd pollfd = {pipe_fds[0], POLLIN, 0};
  if (strcmp(call, "read") == 0) return read(pipe_fds[0], &byte, 1);
  if (strcmp(call, "poll") == 0) return poll(&pollfd, 1, -1);
  if (strcmp(call, "epoll_wait") == 0) return epoll_wait(epoll_fd, &event, 1, -1);
  if (strcmp(call, "epoll_pwait") == 0) {
    sigset_t none;
    sigemptyset(&none);
    return epoll_pwait(epoll_fd, &event, 1, -1, &none);
  }
  if (strcmp(call, "futex") == 0)
    return syscall(SYS_futex, &futex_word, FUTEX_WAIT, 0, NULL, NULL, 0);
  fprintf(stderr, "no such call\n");
  exit(64);
}

static void* receiver(void* none) {
  CHECK(uintr_register_handler(handler, flags) == 0);
  int made = uintr_create_fd(0, 0);
  CHECK(made >= 0);
  _stui();
  atomic_store(&receiver_tid, (int)syscall(SYS_gettid));
  atomic_store(&fd, made);
  for (int round = 1; round <= rounds; round++) {
    long result = sleep_in_call();
    int error = errno, count = atomic_load(&delivered);
    if (flags)
      CHECK(result == -1 && error == EINTR);
    else
      CHECK(result >= 0);
    CHECK(count == round); /* delivered on the return, before our next instruction */
    atomic_store(&returned, round);
  }
  return none;
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(argc == 4);
  call = argv[2];
  flags = (unsigned)strtoul(argv[3], NULL, 0);
  rounds = flags ? 50 : 1;
  CHECK(pipe(pipe_fds) == 0);
  epoll_fd = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  CHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, pipe_fds[0], &event) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, receiver, NULL) == 0);
  while (atomic_load(&fd) < 0) sched_yield();
  int index = uintr_register_sender(fd, 0);
  CHECK(index >= 0);
  for (int round = 1; flags && round <= rounds; round++) {
    until_asleep(receiver_tid);
    _senduipi((unsigned long long)index);
    while (atomic_load(&returned) < round) /* alarm() bounds it */
      sched_yield();
  }
  if (flags == 0) {
    until_asleep(receiver_tid);
    _senduipi((unsigned long long)index);
    for (int i = 0; i < 30; i++) {
      nap(10);
      CHECK(!atomic_load(&returned) && atomic_load(&delivered) == 0);
    }
    futex_word = 1;
    syscall(SYS_futex, &futex_word, FUTEX_WAKE, 1, NULL, NULL, 0);
    CHECK(write(pipe_fds[1], "x", 1) == 1);
  }
  pthread_join(thread, NULL);
  printf("%s %s\n", call, flags ? "was interrupted" : "slept on");
  return 0;
}
