/* Signals and user interrupts are independent of each other, whatever the program does with
 * signals. */
#include <setjmp.h>
#include <sys/signalfd.h>

#include "uintr.h"

static atomic_int delivered, fd = -1, tid, in_handler;
static int pipe_fds[2];
static sigjmp_buf back;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  (void)vector;
  atomic_fetch_add(&delivered, 1);
}

static void await(int n) {
  while (atomic_load(&delivered) < n)
    ;
  CHECK(delivered == n);
}

static void on_usr1(int sig) {
  (void)sig;
  atomic_store(&in_handler, 1);
  int before = delivered;
  while (delivered == before) /* user code, in which interrupts are delivered */
    ;
  CHECK(write(pipe_fds[1], "h", 1) == 1);
}

static void on_ill(int sig) {
  (void)sig;
  siglongjmp(back, 1);
}

static volatile int alternate;
static char* stack;

static void on_alternate_stack(int sig) {
  (void)sig;
  char here;
  alternate = &here >= stack && &here < stack + 65536;
  int before = delivered;
  while (delivered == before)
    ;
}

static void* sender(void* none) {
  while (atomic_load(&fd) < 0) sched_yield();
  int index = uintr_register_sender(fd, 0);
  CHECK(index >= 0);
  until_asleep(tid); /* in the first read */
  CHECK(syscall(SYS_tgkill, getpid(), tid, SIGUSR1) == 0);
  while (!atomic_load(&in_handler)) sched_yield();
  _senduipi((unsigned long long)index);
  return none;
}

static void* blocked_thread(void* none) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  CHECK(sigismember(&mask, SIGUSR2) == 1); /* inherited */
  return none;
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(pipe(pipe_fds) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, sender, NULL) == 0);
  CHECK(uintr_register_handler(handler, 0) == 0);
  atomic_store(&tid, (int)syscall(SYS_gettid));
  int made = uintr_create_fd(0, 0), index = uintr_register_sender(made, 0);
  CHECK(index >= 0);
  _stui();

  struct sigaction action = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  atomic_store(&fd, made);
  char byte = 0;
  CHECK(read(pipe_fds[0], &byte, 1) == 1 && byte == 'h'); /* restarted after the handler */
  pthread_join(thread, NULL);
  CHECK(delivered == 1);
  printf("delivered inside a signal handler\n");

  /* All signals are blocked, and the program waits for all of them in every way. */
  sigset_t all, old;
  sigfillset(&all);
  CHECK(sigprocmask(SIG_SETMASK, &all, &old) == 0);
  _senduipi((unsigned long long)index);
  await(2);
  CHECK(pthread_create(&thread, NULL, blocked_thread, NULL) == 0);
  pthread_join(thread, NULL);
  int signals = signalfd(-1, &all, SFD_NONBLOCK);
  struct signalfd_siginfo info;
  _clui();
  _senduipi((unsigned long long)index);
  FAILS(read(signals, &info, sizeof info), EAGAIN);
  struct timespec zero = {0, 0};
  FAILS(sigtimedwait(&all, NULL, &zero), EAGAIN);
  CHECK(sigpending(&all) == 0);
  for (int sig = 1; sig < 65; sig++) CHECK(sigismember(&all, sig) != 1);
  _stui();
  await(3);
  sigfillset(&all);
  kill(getpid(), SIGUSR2);
  CHECK(read(signals, &info, sizeof info) == sizeof info && info.ssi_signo == SIGUSR2);
  CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
  printf("delivered with all signals blocked\n");

  /* A SIGILL of the program, whose handler ends by a jump. */
  signal(SIGILL, on_ill);
  for (int i = 0; i < 3; i++)
    if (sigsetjmp(back, i % 2) == 0) __asm__ volatile("ud2");
  _senduipi((unsigned long long)index);
  await(4);
  signal(SIGILL, SIG_DFL);
  printf("delivered after a SIGILL of its own\n");

  /* A handler on an alternate stack; the stack stays set. */
  stack = malloc(65536);
  stack_t alternate_stack = {.ss_sp = stack, .ss_size = 65536}, now;
  CHECK(sigaltstack(&alternate_stack, NULL) == 0);
  CHECK(sigaltstack(NULL, &now) == 0 && now.ss_sp == stack);
  action = (struct sigaction){.sa_handler = on_alternate_stack, .sa_flags = SA_ONSTACK};
  CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
  CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
  kill(getpid(), SIGUSR2);
  _senduipi((unsigned long long)index);
  await(5);
  CHECK(!alternate); /* the signal is blocked and still pending; the user interrupt was not */
  pid_t pid;
  /* Now the handler runs, and waits for one more interrupt. */
  if ((pid = fork()) == 0) {
    int mine = rfc ? uintr_register_sender(made, 0) : index;
    CHECK(mine >= 0);
    nap(20);
    _senduipi((unsigned long long)mine);
    _exit(0);
  }
  CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
  CHECK(alternate && delivered == 6);
  CHECK(waitpid(pid, NULL, 0) == pid);
  printf("delivered on an alternate signal stack\n");
  return 0;
}
