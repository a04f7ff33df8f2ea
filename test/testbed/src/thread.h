/* The state of the calling thread: its MSRs, its flag, its registration. */
#ifndef TB_THREAD_H
#define TB_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

struct tb_thread {
  int tid, tgid;
  int upid;              /* index + 1; once allocated it stays until exit on uintr-next */
  bool registered;       /* the kernel's upid_activated */
  bool uif;              /* SDM: the user-interrupt flag; survives unregistering */
  bool waiting;          /* a post wakes blocked calls */
  int vfork;             /* this is a vfork child on its parent's thread-local memory */
  int uitt;              /* rfc-v1: index + 1 of this thread's target table */
  int timer, wake_timer; /* POSIX timer ids + 1: see put_off() and made_with_post_pending() */
  uint64_t uirr;         /* SDM: IA32_UINTR_RR */
  uint64_t handler, stackadjust;
  uint64_t syscalls, senduipi; /* made by this thread, for counters_file() */
};

/* Initial-exec: no allocation on first use, so it is safe in a signal handler. */
extern __thread struct tb_thread tb_self __attribute__((tls_model("initial-exec")));

extern int tb_process_uitt; /* uintr-next: index + 1 of this process's target table */

static inline struct tb_upid* tb_self_upid(void) {
  return &tb->upid[tb_self.upid - 1];
}

/* Tells whether the thread is a receiver, and not a vfork child in a receiver's memory. */
static inline bool tb_is_receiver(void) {
  return tb_self.registered && tb_self.vfork == 0;
}

void tb_thread_init(void); /* sets up a new task: nothing registered, system calls dispatched */
void tb_thread_exit(void);
void tb_process_exit(void);
void tb_process_fork_child(void);

#endif
