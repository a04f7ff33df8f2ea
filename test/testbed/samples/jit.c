/*
 * A library to preload into an interpreter or a JIT. The main thread becomes a receiver before
 * main(), and another thread interrupts it all the time, so that deliveries fall on any of its
 * instructions. At exit the library prints the number of interrupts on stderr. JIT_ABI is the
 * kernel interface, JIT_FLAGS the flags of the registration.
 */
#include "uintr.h"

static atomic_ulong seen;
static atomic_int fd = -1, stop;
static pthread_t thread;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  atomic_fetch_add(&seen, 1 + vector - vector);
}

static void* sender(void* none) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  int index = uintr_register_sender(fd, 0);
  CHECK(index >= 0);
  while (!atomic_load(&stop)) {
    unsigned long before = atomic_load(&seen);
    _senduipi((unsigned long long)index);
    for (int i = 0; i < 1000 && before == atomic_load(&seen) && !atomic_load(&stop); i++)
      sched_yield();
  }
  return none;
}

__attribute__((constructor)) static void begin(void) {
  const char* abi = getenv("JIT_ABI");
  if (abi == NULL) return;
  rfc = strcmp(abi, "rfc-v1") == 0;
  unsetenv("JIT_ABI"); /* children must not do this */
  const char* flags = getenv("JIT_FLAGS");
  CHECK(uintr_register_handler(handler, flags ? (unsigned)strtoul(flags, NULL, 0) : 0) == 0);
  fd = uintr_create_fd(0, 0);
  CHECK(fd >= 0);
  _stui();
  CHECK(pthread_create(&thread, NULL, sender, NULL) == 0);
}

__attribute__((destructor)) static void end(void) {
  if (fd < 0) return;
  atomic_store(&stop, 1);
  pthread_join(thread, NULL);
  CHECK(uintr_unregister_handler(0) == 0);
  fprintf(stderr, "interrupts: %lu\n", atomic_load(&seen));
}
