// The interface of a transport, one way for two processes to wake each other, and its helpers.

#pragma once

// The parent plays FIRST, its child OTHER.
enum side { FIRST, OTHER };

struct transport {
  const char* name;
  void (*open)(void);                // before the fork, so that both sides inherit the result
  void (*send)(enum side from);      // to the other side
  void (*wait)(enum side receiver);  // until the other side has sent
};

extern const struct transport spin, futex, eventfd_, pipe_, fifo, signal_, unix_stream,
    unix_datagram, message_queue, tcp;

// Plays `rounds` after `warm_up`, and writes the time of each round to stdout. Returns the exit
// status.
int play(const struct transport* transport, long rounds, long warm_up, int cpu_first,
         int cpu_other);

static inline enum side peer(enum side side) {
  return side == FIRST ? OTHER : FIRST;
}

// Prints what failed, with errno, and exits: a benchmark has nothing to save.
_Noreturn void die(const char* what);

// Memory that parent and child share.
void* shared_page(void);

// One byte through a descriptor.
void write_byte(int fd);
void read_byte(int fd);
