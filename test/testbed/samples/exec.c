/* Executes another program on a receiver thread, with and without unregistering before.
   Usage: exec ABI CASE */
#include "uintr.h"

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  (void)vector;
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(argc == 3);
  if (strcmp(argv[2], "new-program") == 0) {
    CHECK(!_testui()); /* TESTUI works here, too, and the flag is clear */
    FAILS(uintr_unregister_handler(0), EINVAL);
    CHECK(close(0) == 0); /* tells the parent */
    nap(200);
    printf("the new program\n");
    return 0;
  }
  int pair[2], fds[2];
  CHECK(pipe(pair) == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == 0);
  pid_t pid = fork();
  CHECK(pid >= 0);
  char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0}, byte = 0;
  struct iovec data = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (pid == 0) {
    CHECK(uintr_register_handler(handler, 0) == 0);
    int fd = uintr_create_fd(0, 0);
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    CHECK(sendmsg(fds[1], &message, 0) == 1);
    if (strcmp(argv[2], "unregistered") == 0) CHECK(uintr_unregister_handler(0) == 0);
    close(pair[0]);
    dup2(pair[1], 0);
    close(pair[1]);
    execl(argv[0], argv[0], argv[1], "new-program", NULL);
    _exit(126);
  }
  close(pair[1]);
  int fd = -1;
  CHECK(recvmsg(fds[0], &message, 0) == 1);
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  int index = uintr_register_sender(fd, 0);
  if (rfc && index < 0) /* after unregistering the receiver is not active there */
    CHECK(errno == ESHUTDOWN);
  CHECK(read(pair[0], &byte, 1) == 0); /* the new program runs */
  if (index >= 0) _senduipi((unsigned long long)index);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) CHECK(errno == EINTR);
  CHECK(status == 0);
  return 0;
}
