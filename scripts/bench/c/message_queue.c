#include <fcntl.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "transport.h"

static mqd_t queues[2];  // one per side, which reads it

static void open_message_queue(void) {
  struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 1};
  for (int side = 0; side < 2; ++side) {
    char name[64];
    snprintf(name, sizeof name, "/uintr-bench-%d-%d", (int)getpid(), side);
    queues[side] = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (queues[side] == (mqd_t)-1) die("mq_open");
    mq_unlink(name);
  }
}

static void send_message(enum side from) {
  if (mq_send(queues[peer(from)], "!", 1, 0) < 0) die("mq_send");
}

static void wait_message(enum side receiver) {
  char byte;
  if (mq_receive(queues[receiver], &byte, 1, NULL) < 0) die("mq_receive");
}

const struct transport message_queue = {"message-queue", open_message_queue, send_message,
                                        wait_message};
