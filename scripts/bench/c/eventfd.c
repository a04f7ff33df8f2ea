#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "transport.h"

static int fds[2];  // one per side, which reads it

static void open_eventfd(void) {
  for (int side = 0; side < 2; ++side) {
    fds[side] = eventfd(0, EFD_CLOEXEC);
    if (fds[side] < 0) die("eventfd");
  }
}

static void send_eventfd(enum side from) {
  uint64_t one = 1;
  if (write(fds[peer(from)], &one, sizeof one) != sizeof one) die("write eventfd");
}

static void wait_eventfd(enum side receiver) {
  uint64_t count;
  if (read(fds[receiver], &count, sizeof count) != sizeof count) die("read eventfd");
}

const struct transport eventfd_ = {"eventfd", open_eventfd, send_eventfd, wait_eventfd};
