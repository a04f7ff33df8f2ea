/*
 * A receiver without the library. Starts the given program with its uvec fd as descriptor 3, or
 * with a Unix socket there over which it sends the uvec fd, and waits for the interrupt. It shuts
 * the socket down after the interrupt.
 *
 * Usage: foreign_receiver ABI fd|socket|exited PROGRAM ARGUMENTS...
 */
#include "uintr.h"

static volatile int interrupted = -1;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  interrupted = (int)vector;
}

static void await_interrupt(void) {
  for (int i = 0; i < 1000 && interrupted < 0; i++) nap(10);
}

static void* receive_and_exit(void* fd) {
  CHECK(uintr_register_handler(handler, 0) == 0);
  *(int*)fd = uintr_create_fd(9, 0);
  return NULL;
}

static void send_fd(int sock, int fd) {
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE(sizeof fd)];
  } control = {0};
  struct iovec data = {(char[]){'u'}, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr* c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(c), &fd, sizeof fd);
  CHECK(sendmsg(sock, &message, 0) == 1);
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(argc >= 4);
  int by_socket = strcmp(argv[2], "socket") == 0, exits = strcmp(argv[2], "exited") == 0;
  int fd = -1, pair[2];
  if (exits) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, receive_and_exit, &fd) == 0);
    pthread_join(thread, NULL);
  } else {
    CHECK(uintr_register_handler(handler, 0) == 0);
    fd = uintr_create_fd(9, 0);
    _stui();
  }
  CHECK(fd >= 0);
  CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
  pid_t child = fork();
  if (child == 0) {
    int given = by_socket ? pair[1] : fd;
    CHECK(given == 3 ? fcntl(3, F_SETFD, 0) == 0 : dup2(given, 3) == 3);
    execv(argv[3], argv + 3);
    _exit(127);
  }
  if (by_socket) {
    send_fd(pair[0], fd);
    close(fd); /* rfc-v1 ends a connection with the last copy: the sender has to keep one */
    await_interrupt();
    shutdown(pair[0], SHUT_WR);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  if (!exits) {
    await_interrupt();
    printf("interrupted: vector %d\n", interrupted);
    CHECK(uintr_unregister_handler(0) == 0);
  }
  return 0;
}
