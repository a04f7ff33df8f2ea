// ping-pong TRANSPORT ROUNDS WARM_UP CPU_FIRST CPU_OTHER
//
// Plays ROUNDS after WARM_UP between two processes, each pinned to a CPU. Writes the time of each
// round to stdout: nanoseconds, as doubles, without the cost of reading the clock.

#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "transport.h"

static const struct transport* const transports[] = {
    &spin,    &futex,       &eventfd_,      &pipe_,         &fifo,
    &signal_, &unix_stream, &unix_datagram, &message_queue, &tcp,
};

// The process ends after this time whatever happens: constants.ts has the same.
static unsigned seconds_to_live(long rounds) {
  return 60 + (unsigned)(rounds / 1000);
}

static const struct transport* find(const char* name) {
  for (size_t i = 0; i < sizeof transports / sizeof *transports; ++i) {
    if (strcmp(transports[i]->name, name) == 0) return transports[i];
  }
  fprintf(stderr, "no such transport: %s\n", name);
  exit(2);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

// The least of many averages: noise only adds.
static double clock_cost(void) {
  double least = 1e9;
  for (int batch = 0; batch < 50; ++batch) {
    double start = now();
    for (int i = 0; i < 999; ++i) now();
    double cost = (now() - start) / 1000;
    if (cost < least) least = cost;
  }
  return least;
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) < 0) die("sched_setaffinity");
}

static void answer(const struct transport* transport, long rounds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(seconds_to_live(rounds));
  while (rounds-- > 0) {
    transport->wait(OTHER);
    transport->send(OTHER);
  }
}

int main(int argc, char** argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: %s TRANSPORT ROUNDS WARM_UP CPU_FIRST CPU_OTHER\n", argv[0]);
    return 2;
  }
  const struct transport* transport = find(argv[1]);
  long rounds = atol(argv[2]);
  long warm_up = atol(argv[3]);
  double* times = calloc((size_t)rounds, sizeof *times);
  if (times == NULL) die("calloc");

  transport->open();
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    pin(atoi(argv[5]));
    answer(transport, warm_up + rounds);
    _exit(0);
  }
  pin(atoi(argv[4]));
  alarm(seconds_to_live(warm_up + rounds));

  double cost = clock_cost();
  double before = now();
  for (long i = -warm_up; i < rounds; ++i) {
    transport->send(FIRST);
    transport->wait(FIRST);
    double after = now();
    if (i >= 0) times[i] = after - before - cost;
    before = after;
  }
  waitpid(child, NULL, 0);
  return fwrite(times, sizeof *times, (size_t)rounds, stdout) == (size_t)rounds ? 0 : 1;
}
