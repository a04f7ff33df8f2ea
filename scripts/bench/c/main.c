// ping-pong TRANSPORT ROUNDS WARM_UP CPU_FIRST CPU_OTHER
//
// Plays ROUNDS after WARM_UP between two processes. Writes the time of each round to stdout:
// nanoseconds, as doubles, without the cost of reading the clock.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport.h"

static const struct transport* const transports[] = {
    &spin,    &futex,       &eventfd_,      &pipe_,         &fifo,
    &signal_, &unix_stream, &unix_datagram, &message_queue, &tcp,
};

static const struct transport* find(const char* name) {
  for (size_t i = 0; i < sizeof transports / sizeof *transports; ++i) {
    if (strcmp(transports[i]->name, name) == 0) return transports[i];
  }
  fprintf(stderr, "no such transport: %s\n", name);
  exit(2);
}

int main(int argc, char** argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: %s TRANSPORT ROUNDS WARM_UP CPU_FIRST CPU_OTHER\n", argv[0]);
    return 2;
  }
  return play(find(argv[1]), atol(argv[2]), atol(argv[3]), atoi(argv[4]), atoi(argv[5]));
}
