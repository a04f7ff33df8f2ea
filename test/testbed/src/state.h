/*
 * The shared state of the emulated "kernel" and "CPUs" of one run: a file that every process of the
 * run maps. It has indexes instead of pointers, because each process maps it elsewhere.
 */
#ifndef TB_STATE_H
#define TB_STATE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"

#define TB_ENV_STATE "UINTR_TESTBED"
#define TB_LIBRARY_NAME "libuintr-testbed.so"
#define TB_MAGIC 0x31424e5455554954ull

enum { TB_MAX_UPID = 16384, TB_MAX_UITT = 4096, TB_MAX_UVEC = 65536, TB_MAX_PROC = 8192 };

/* The signal from a process that panics to the supervisor. The four of the library will not do: a
   supervisor may itself run under a testbed. */
enum { TB_SIG_PANIC = 62 };

/* The life of a receiver, as far as a sender can tell. */
enum tb_life { TB_FREE, TB_ACTIVE, TB_EXITED, TB_EXECED };

/* A UPID and what the kernel keeps beside it (struct uintr_upid_ctx). */
struct tb_upid {
  _Atomic uint64_t pir;
  _Atomic uint32_t status;     /* TB_ON, TB_SN */
  _Atomic uint32_t blocked;    /* in an interruptible call that a post has to end */
  _Atomic uint32_t life;       /* enum tb_life */
  _Atomic uint32_t registered; /* a handler is registered now */
  _Atomic uint64_t notify_at;  /* knobs only: CLOCK_MONOTONIC ns before which no post is noticed */
  _Atomic uint64_t uvec_mask;  /* rfc-v1: vectors in use */
  int32_t tgid, tid;
  uint32_t waiting; /* the UINTR_HANDLER_FLAG_WAITING_* in force */
  uint32_t pad;
};

/* A target table entry is one word, so that SENDUIPI never sees half an entry. */
#define TB_UITTE(upid, vector, uvec) \
  (((uint64_t)(upid) << 32) | ((uint64_t)(uvec) << 16) | ((uint64_t)(vector) << 8) | 1u)
#define TB_UITTE_VALID(e) ((e)&1u)
#define TB_UITTE_VECTOR(e) (((e) >> 8) & 0xffu)
#define TB_UITTE_UVEC(e) (((e) >> 16) & 0xffffu)
#define TB_UITTE_UPID(e) ((e) >> 32)

struct tb_uitt {
  _Atomic uint32_t refs; /* processes (uintr-next) or threads (rfc-v1) that use it; 0: free */
  uint32_t pad;
  _Atomic uint64_t entry[TB_UITT_ENTRIES];
};

enum tb_uvec_kind { TB_UVEC_FREE, TB_UVEC_VECTOR, TB_UVEC_IPI, TB_UVEC_DEAD };

/* The object behind a uvec fd (struct uvecfd_ctx), found by the inode of the file that plays it. */
struct tb_uvec {
  uint64_t ino;
  uint32_t upid; /* or the target table, for a uipi fd */
  uint8_t vector;
  _Atomic uint8_t kind;
  uint16_t pad;
};

/* Faults of real kernels, switched on from the command line of `run`. */
struct tb_knobs {
  uint64_t delay_ns;
  uint32_t refuse_waiting, lose_wakeups, late, no_delivery, racy_registration;
};

struct tb_stats {
  _Atomic uint64_t senduipi, notifications, wakeups, deliveries, uiret, stui, clui, testui,
      syscalls;
  _Atomic uint64_t call[TB_CALLS];
};

struct tb_state {
  uint64_t magic, size;
  uint32_t abi;
  int32_t supervisor;
  uint64_t dev; /* st_dev of the state's directory: a cheap test for uvec fds */
  struct tb_knobs knobs;
  struct tb_stats stats;
  _Atomic uint32_t lock; /* the owner's tid */
  _Atomic uint32_t panic;
  char panic_text[160];
  _Atomic uint32_t upids, uvecs; /* high-water marks */
  _Atomic int32_t proc[TB_MAX_PROC];
  struct tb_upid upid[TB_MAX_UPID];
  struct tb_uvec uvec[TB_MAX_UVEC];
  struct tb_uitt uitt[TB_MAX_UITT];
};

extern struct tb_state* tb; /* this process's view */
extern char tb_dir[108];    /* the directory of the state file and the uvec files */
extern unsigned tb_dir_len;

#define TB_COUNT(field) atomic_fetch_add_explicit(&tb->stats.field, 1, memory_order_relaxed)

int tb_state_open(const char* dir);
void tb_lock(void);
void tb_unlock(void);
void tb_proc_add(void);
void tb_proc_remove(void);
void tb_panic(const char* what) __attribute__((noreturn));

#endif
