/* The errno of every call, in the order in which the kernels check. */
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "uintr.h"

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  (void)vector;
}

static volatile sig_atomic_t ill;

static void on_ill(int sig, siginfo_t* info, void* context) {
  (void)sig;
  (void)info;
  (void)context;
  ill = 1;
}

static void* other_thread(void* argument) {
  int fd = *(int*)argument;
  /* rfc-v1: a table per thread; uintr-next: one per process, where entry 0 is taken */
  int index = uintr_register_sender(fd, 0);
  CHECK(index == (rfc ? 0 : 1));
  CHECK(uintr_unregister_sender(fd, index, 0) == 0);
  CHECK(uintr_register_handler(handler, 0) == 0); /* per thread; it ends with the thread */
  return NULL;
}

int main(int argc, char** argv) {
  start(argc, argv);
  /* Detection depends on this: no side effects, and EINVAL before any other error. */
  FAILS(syscall(number(0), NULL, ~0u), EINVAL);
  FAILS(syscall(number(1), ~0u), EINVAL);
  FAILS(syscall(number(2), 0ul, ~0u), EINVAL);
  struct sigaction action = {.sa_sigaction = on_ill, .sa_flags = SA_SIGINFO}, old;
  CHECK(sigaction(SIGILL, &action, NULL) == 0);
  (void)_testui();
  CHECK(!ill);
  CHECK(sigaction(SIGILL, NULL, &old) == 0 && old.sa_sigaction == on_ill);
  raise(SIGILL);
  CHECK(ill);
  signal(SIGILL, SIG_DFL);

  FAILS(uintr_register_handler(NULL, 0), EFAULT);
  FAILS(uintr_register_handler(handler, 4), EINVAL);
  if (rfc) FAILS(uintr_register_handler(handler, WAITING_RECEIVER), EINVAL);
  FAILS(uintr_unregister_handler(0), EINVAL);
  FAILS(uintr_create_fd(0, 0), EINVAL);
  CHECK(uintr_register_handler(handler, 0) == 0);
  FAILS(uintr_register_handler(handler, 0), EBUSY);
  FAILS(uintr_create_fd(64, 0), ENOSPC);
  FAILS(uintr_create_fd(0, 1), EINVAL);
  int fd = uintr_create_fd(7, 0);
  CHECK(fd >= 0);
  int twice = uintr_create_fd(7, 0);
  if (rfc)
    CHECK(twice == -1 && errno == EBUSY);
  else
    CHECK(twice >= 0);

  FAILS(uintr_register_sender(-1, 0), EBADF);
  FAILS(uintr_register_sender(9999, 0), EBADF);
  FAILS(uintr_register_sender(1, 0), EOPNOTSUPP);
  FAILS(uintr_register_sender(fd, 1), EINVAL);
  CHECK(uintr_register_sender(fd, 0) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, other_thread, &fd) == 0);
  pthread_join(thread, NULL);
  if (rfc) {
    FAILS(uintr_register_sender(fd, 0), EISCONN);
  } else {
    CHECK(uintr_register_sender(fd, 0) == 1); /* a second call makes a second entry */
    for (int i = 2; i < 256; i++) CHECK(uintr_register_sender(fd, 0) == i);
    FAILS(uintr_register_sender(fd, 0), ENOSPC);
    CHECK(uintr_unregister_sender(fd, 100, 0) == 0);
    FAILS(uintr_unregister_sender(fd, 100, 0), EINVAL);
    CHECK(uintr_register_sender(fd, 0) == 100);
    FAILS(uintr_unregister_sender(fd, 256, 0), EINVAL);
  }
  FAILS(uintr_unregister_sender(fd, 0, 1), EINVAL);

  /* The fd itself. */
  char byte, link[64] = {0}, path[64], line[128];
  FAILS(read(fd, &byte, 1), EINVAL);
  FAILS(write(fd, "x", 1), EBADF);
  FAILS(ioctl(fd, FIONREAD, &ill), ENOTTY);
  FAILS(ioctl(fd, 0x5500), ENOTTY);
  struct pollfd pollfd = {fd, POLLIN | POLLOUT, 0};
  CHECK(poll(&pollfd, 1, 0) == 1 && pollfd.revents == (POLLIN | POLLOUT));
  CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
  CHECK((fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == (O_RDONLY | O_NONBLOCK));
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  CHECK(readlink(path, link, sizeof link - 1) > 0);
  CHECK(strcmp(link, rfc ? "anon_inode:[uintrfd]" : "anon_inode:[uvecfd]") == 0);
  struct stat st;
  CHECK(fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == 0);
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  FILE* f = fopen(path, "r");
  CHECK(f != NULL);
  int found = 0;
  char expected[64];
  snprintf(expected, sizeof expected, rfc ? "user_vector:7\n" : "uintr: receiver: %d vector:7\n",
           (int)getpid());
  while (fgets(line, sizeof line, f) != NULL) found |= strcmp(line, expected) == 0;
  fclose(f);
  CHECK(found);
  CHECK(uintr_unregister_handler(0) == 0);
  printf("errors\n");
  return 0;
}
