/* The calls that uintr-next alone has: register_self, alt_stack, ipi_fd. */
#include <sys/ioctl.h>

#include "uintr.h"

enum { STACK = 8192 };

static volatile int received = -1;
static volatile uint64_t handler_rsp, frame_rsp;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  handler_rsp = (uint64_t)frame;
  frame_rsp = frame->rsp;
  received = (int)vector;
}

static void await(int vector) {
  while (received != vector)
    ;
  received = -1;
}

int main(int argc, char** argv) {
  start(argc, argv);
  FAILS(syscall(477, 0ul, 0), EINVAL); /* no handler */
  FAILS(syscall(478, NULL, 0ul, 0), EOPNOTSUPP);
  CHECK(uintr_register_handler(handler, 0) == 0);
  FAILS(syscall(477, 64ul, 0), ENOSPC);
  FAILS(syscall(477, 0ul, 1), EINVAL);
  FAILS(syscall(478, NULL, 0ul, 1), EINVAL);
  FAILS(syscall(479, 1), EINVAL);
  long index = syscall(477, 8ul, 0);
  CHECK(index == 0);
  _stui();
  _senduipi((unsigned long long)index);
  await(8);

  char* stack = aligned_alloc(16, STACK);
  CHECK(syscall(478, stack + STACK, (size_t)STACK, 0) == 0);
  _senduipi((unsigned long long)index);
  await(8);
  CHECK(handler_rsp == (uint64_t)stack + STACK - 24); /* at the top, above it the old RSP */
  CHECK(syscall(478, NULL, 0ul, 0) == 0);
  _senduipi((unsigned long long)index);
  await(8);
  CHECK(handler_rsp == ((frame_rsp - 128) & ~15ull) - 24);
  printf("stacks\n");

  /* Another program sends by the table of this one, which it got with an fd. */
  int ipi = (int)syscall(479, 0);
  CHECK(ipi >= 0);
  FAILS(uintr_register_sender(ipi, 0), EOPNOTSUPP);
  FAILS(ioctl(ipi, 0x7500), EBUSY);
  fcntl(ipi, F_SETFD, 0);
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    char text[16];
    snprintf(text, sizeof text, "%d", ipi);
    execl("/proc/self/exe", "extras", argv[1], text, NULL);
    _exit(126);
  }
  await(8);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) CHECK(errno == EINTR);
  CHECK(status == 0);
  printf("a table by fd\n");
  return 0;
}

__attribute__((constructor)) static void other_program(int argc, char** argv) {
  if (argc < 3) return;
  CHECK(ioctl(atoi(argv[2]), 0x7500) == 0);
  _senduipi(0);
  _exit(0);
}
