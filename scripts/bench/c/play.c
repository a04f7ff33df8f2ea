// Plays the ping-pong of one transport between two processes, each pinned to a CPU.

#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "transport.h"

// The process ends after this time whatever happens: constants.ts has the same.
static unsigned seconds_to_live(long rounds) {
  return 60 + (unsigned)(rounds / 1000);
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

int play(const struct transport* transport, long rounds, long warm_up, int cpu_first,
         int cpu_other) {
  double* times = calloc((size_t)rounds, sizeof *times);
  if (times == NULL) die("calloc");

  transport->open();
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    pin(cpu_other);
    answer(transport, warm_up + rounds);
    _exit(0);
  }
  pin(cpu_first);
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
  size_t written = fwrite(times, sizeof *times, (size_t)rounds, stdout);
  return written == (size_t)rounds && fflush(stdout) == 0 ? 0 : 1;
}
