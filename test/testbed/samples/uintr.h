/* The UINTR system calls of both kernel interfaces, for the samples; argv[1] names the interface.
 */
#ifndef SAMPLE_UINTR_H
#define SAMPLE_UINTR_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86gprintrin.h>

#define WAITING_RECEIVER 0x1000
#define WAITING_SENDER 0x2000

static int rfc;

static void bound(void) {
  alarm(60); /* bounds every wait; fork clears it, so every child sets it again */
}

static void start(int argc, char** argv) {
  if (argc < 2 || (strcmp(argv[1], "rfc-v1") != 0 && strcmp(argv[1], "uintr-next") != 0)) {
    fprintf(stderr, "usage: %s uintr-next|rfc-v1 ...\n", argv[0]);
    exit(64);
  }
  rfc = strcmp(argv[1], "rfc-v1") == 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  bound();
  pthread_atfork(NULL, NULL, bound);
}

static inline long number(long n) {
  return (rfc ? 449 : 471) + n;
}

static inline int uintr_register_handler(void* handler, unsigned flags) {
  return (int)syscall(number(0), handler, flags);
}

static inline int uintr_unregister_handler(unsigned flags) {
  return (int)syscall(number(1), flags);
}

static inline int uintr_create_fd(uint64_t vector, unsigned flags) {
  return (int)syscall(number(2), vector, flags);
}

static inline int uintr_register_sender(int fd, unsigned flags) {
  return (int)syscall(number(3), fd, flags);
}

/* rfc-v1 takes the fd, uintr-next the index. */
static inline int uintr_unregister_sender(int fd, int index, unsigned flags) {
  return (int)syscall(number(4), rfc ? fd : index, flags);
}

static inline int uintr_wait(uint64_t usec, unsigned flags) {
  return (int)(rfc ? syscall(number(5), flags) : syscall(number(5), usec, flags));
}

#define CHECK(condition)                                                                        \
  do {                                                                                          \
    if (!(condition)) {                                                                         \
      fprintf(stderr, "%s:%d: failed: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno); \
      exit(1);                                                                                  \
    }                                                                                           \
  } while (0)

#define FAILS(call, error) CHECK((errno = 0, (call) == -1) && errno == (error))

static inline void nap(long milliseconds) {
  struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (nanosleep(&t, &t) < 0 && errno == EINTR)
    ;
}

/* Waits until a thread of this process sleeps in the kernel. */
static inline void until_asleep(int tid) {
  char path[64], text[256];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  for (int i = 0; i < 20000; i++) {
    FILE* f = fopen(path, "r");
    CHECK(f != NULL && fgets(text, sizeof text, f) != NULL);
    fclose(f);
    char* state = strrchr(text, ')') + 2;
    if (*state == 'S') return;
    nap(1);
  }
  CHECK(!"asleep");
}

#define HANDLER __attribute__((interrupt)) void

#endif
