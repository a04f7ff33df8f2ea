/* Shows what unregistering, registering again, exits and closing end, and what stays. */
#include "uintr.h"

static atomic_ulong seen, count;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  atomic_fetch_or(&seen, 1ul << vector);
  atomic_fetch_add(&count, 1);
}

static int thread_fd;
static atomic_int may_end;

static void* short_lived(void* none) {
  CHECK(uintr_register_handler(handler, 0) == 0);
  _stui();
  atomic_store(&thread_fd, uintr_create_fd(3, 0));
  while (!atomic_load(&may_end)) sched_yield();
  return none;
}

static void again(void) {
  CHECK(uintr_register_handler(handler, 0) == 0);
  _stui();
  int fd = uintr_create_fd(1, 0);
  int index = uintr_register_sender(fd, 0);
  CHECK(index == 0);
  CHECK(uintr_unregister_handler(0) == 0);
  CHECK(_testui()); /* unregistering leaves UIF alone */
  _senduipi((unsigned long long)index);
  nap(10);
  CHECK(count == 0);
  CHECK(uintr_register_handler(handler, 0) == 0);
  if (rfc) { /* a new UPID: the old connection leads nowhere */
    CHECK(count == 0);
    _senduipi((unsigned long long)index);
    nap(10);
    CHECK(count == 0);
    FAILS(uintr_register_sender(uintr_create_fd(1, 0) >= 0 ? fd : -1, 0), EISCONN);
    CHECK(uintr_unregister_sender(fd, index, 0) == 0);
    FAILS(uintr_register_sender(fd, 0), ESHUTDOWN);
  } else { /* posts made meanwhile arrive now, and the old index still works */
    CHECK(count == 1);
    _senduipi((unsigned long long)index);
    while (count != 2)
      ;
    CHECK(uintr_unregister_sender(fd, index, 0) == 0);
  }
  close(fd);
  CHECK(uintr_unregister_handler(0) == 0);
  printf("registered again\n");
}

static void thread_exit(void) {
  pthread_t thread;
  atomic_store(&thread_fd, -1);
  CHECK(pthread_create(&thread, NULL, short_lived, NULL) == 0);
  while (atomic_load(&thread_fd) < 0) sched_yield();
  int index = uintr_register_sender(thread_fd, 0);
  CHECK(index == 0);
  atomic_store(&may_end, 1);
  pthread_join(thread, NULL);
  for (int i = 0; i < 10; i++) _senduipi((unsigned long long)index); /* vanishes */
  CHECK(uintr_unregister_sender(thread_fd, index, 0) == 0);
  FAILS(uintr_register_sender(thread_fd, 0), ESHUTDOWN);
  printf("a receiver thread exited\n");
}

/* Kills a child receiver, whose fd we have because we share its table of fds. */
static void process_exit(void) {
  int pair[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    CHECK(uintr_register_handler(handler, 0) == 0);
    int fd = uintr_create_fd(2, 0);
    char control[CMSG_SPACE(sizeof fd)] __attribute__((aligned(8))) = {0}, byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    CHECK(sendmsg(pair[1], &message, 0) == 1);
    for (;;) pause();
  }
  int fd = -1, status;
  char control[CMSG_SPACE(sizeof fd)] __attribute__((aligned(8))), byte;
  struct iovec data = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  CHECK(recvmsg(pair[0], &message, 0) == 1);
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  int index = uintr_register_sender(fd, 0);
  CHECK(index == 0);
  CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
  _senduipi((unsigned long long)index);
  CHECK(uintr_unregister_sender(fd, index, 0) == 0);
  FAILS(uintr_register_sender(fd, 0), ESHUTDOWN);
  close(fd);
  printf("a receiver process was killed\n");
}

static void on_fault(int sig) {
  printf("closing the last copy %s\n", sig == SIGILL ? "ended the connection" : "?");
  _exit(0);
}

/* rfc-v1: the connections of an fd end with its last copy, on uintr-next they do not. */
static void last_close(void) {
  CHECK(uintr_register_handler(handler, 0) == 0);
  _stui();
  int fd = uintr_create_fd(9, 0), copy = dup(fd);
  int index = uintr_register_sender(fd, 0);
  CHECK(index == 0);
  close(fd);
  atomic_store(&seen, 0);
  _senduipi((unsigned long long)index);
  while (!(seen & 512))
    ;
  if (rfc) FAILS(uintr_create_fd(9, 0), EBUSY);
  atomic_store(&seen, 0);
  close(copy);
  signal(SIGILL, on_fault);
  _senduipi((unsigned long long)index);
  while (!(seen & 512))
    ;
  CHECK(!rfc);
  printf("closing the last copy changed nothing\n");
}

int main(int argc, char** argv) {
  start(argc, argv);
  again();
  thread_exit();
  process_exit();
  last_close();
  return 0;
}
