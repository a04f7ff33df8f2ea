/* A child inherits the uintr fd and interrupts its parent. Shows what fork shares and what it does
   not. */
#include "uintr.h"

static atomic_ulong seen;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  atomic_fetch_or(&seen, 1ul << vector);
}

static void await(unsigned long vectors) {
  while ((atomic_load(&seen) & vectors) != vectors)
    ;
}

static int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) CHECK(errno == EINTR);
  return status;
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(uintr_register_handler(handler, 0) == 0);
  int fd = uintr_create_fd(1, 0), other = uintr_create_fd(2, 0);
  CHECK(fd >= 0 && other >= 0);
  _stui();
  int own = uintr_register_sender(other, 0);
  CHECK(own == 0);

  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    CHECK(!_testui());                          /* a new task has no user-interrupt state */
    FAILS(uintr_unregister_handler(0), EINVAL); /* and is no receiver */
    int index = uintr_register_sender(fd, 0);
    CHECK(index == (rfc ? 0 : 1)); /* a table of its own, or the parent's with entry 0 taken */
    _senduipi((unsigned long long)index);
    if (!rfc) _senduipi((unsigned long long)own);
    _exit(0);
  }
  await(rfc ? 2 : 6);
  CHECK(reap(pid) == 0);
  printf("interrupted by a child\n");
  if (!rfc) { /* what the child registered is in the parent's table too */
    atomic_store(&seen, 0);
    _senduipi(1);
    await(2);
    printf("the target table is shared\n");
  }
  return 0;
}
