/* The ways in which SENDUIPI faults. Usage: faults ABI CASE */
#include "uintr.h"

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  (void)vector;
}

static volatile sig_atomic_t caught, code;

static void on_fault(int sig, siginfo_t* info, void* context) {
  (void)context;
  caught = sig;
  code = info->si_code;
  printf("caught %s\n", sig == SIGILL ? "SIGILL" : "SIGSEGV");
  _exit(0);
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(argc == 3);
  const char* which = argv[2];
  if (strcmp(which, "never-registered") == 0) /* dies of SIGILL */
    _senduipi(0);
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  if (strcmp(which, "never-registered-caught") == 0) {
    CHECK(sigaction(SIGILL, &action, NULL) == 0);
    _senduipi(0);
  }
  CHECK(uintr_register_handler(handler, 0) == 0);
  int fd = uintr_create_fd(0, 0), other = uintr_create_fd(1, 0);
  int index = uintr_register_sender(fd, 0), kept = uintr_register_sender(other, 0);
  CHECK(index == 0 && kept == 1);
  CHECK(uintr_unregister_sender(fd, index, 0) == 0);
  FAILS(uintr_unregister_sender(fd, index, 0), EINVAL);
  if (strcmp(which, "freed-caught") == 0) CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
  if (strcmp(which, "beyond") == 0) _senduipi(256);
  _senduipi((unsigned long long)index);
  CHECK(!"reached");
  return 0;
}
