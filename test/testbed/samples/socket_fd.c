/* The uintr fd goes over a Unix socket to another program (this one, executed again). */
#include "uintr.h"

static atomic_int received = -1;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  atomic_store(&received, (int)vector);
}

union control {
  struct cmsghdr header;
  char space[CMSG_SPACE(sizeof(int))];
};

static void give(int socket, int fd) {
  char byte = 'u';
  union control control = {0};
  struct iovec data = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  CHECK(sendmsg(socket, &message, 0) == 1);
}

static int take(int socket) {
  char byte;
  int fd = -1;
  union control control = {0};
  struct iovec data = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  CHECK(recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1);
  memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
  return fd;
}

int main(int argc, char** argv) {
  start(argc, argv);
  if (argc == 3) { /* the sender */
    int fd = take(atoi(argv[2]));
    int index = uintr_register_sender(fd, 0);
    CHECK(index == 0);
    _senduipi((unsigned long long)index);
    CHECK(uintr_unregister_sender(fd, index, 0) == 0);
    return 0;
  }

  int pair[2];
  char number_text[16];
  CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
  snprintf(number_text, sizeof number_text, "%d", pair[1]);
  CHECK(uintr_register_handler(handler, 0) == 0);
  int fd = uintr_create_fd(9, 0);
  CHECK(fd >= 0);
  _stui();
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    execl(argv[0], argv[0], argv[1], number_text, NULL);
    _exit(126);
  }
  give(pair[0], fd);
  while (atomic_load(&received) < 0)
    ;
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) CHECK(errno == EINTR);
  CHECK(status == 0);
  printf("user interrupt from another program: vector %d\n", atomic_load(&received));
  return 0;
}
