#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport.h"

static int ends[2][2];  // by the side that reads: read end, write end

static void open_pipe(void) {
  for (int side = 0; side < 2; ++side) {
    if (pipe(ends[side]) < 0) die("pipe");
  }
}

static void open_fifo(void) {
  char folder[] = "/tmp/uintr-bench-XXXXXX";
  if (mkdtemp(folder) == NULL) die("mkdtemp");
  for (int side = 0; side < 2; ++side) {
    char path[64];
    snprintf(path, sizeof path, "%s/%d", folder, side);
    if (mkfifo(path, 0600) < 0) die("mkfifo");
    int both = open(path, O_RDWR);  // so that neither open waits for a partner
    ends[side][0] = open(path, O_RDONLY);
    ends[side][1] = open(path, O_WRONLY);
    if (both < 0 || ends[side][0] < 0 || ends[side][1] < 0) die("open fifo");
    close(both);
    unlink(path);
  }
  rmdir(folder);
}

static void send_pipe(enum side from) {
  write_byte(ends[peer(from)][1]);
}

static void wait_pipe(enum side receiver) {
  read_byte(ends[receiver][0]);
}

const struct transport pipe_ = {"pipe", open_pipe, send_pipe, wait_pipe};
const struct transport fifo = {"fifo", open_fifo, send_pipe, wait_pipe};
