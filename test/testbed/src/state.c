/* Mapping the shared state, its lock, and the table of processes. */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "raw.h"
#include "signals.h"
#include "thread.h"

struct tb_state* tb;
char tb_dir[108];
unsigned tb_dir_len;

/* Only the constructor calls this. */
int tb_state_open(const char* dir) {
  if (dir == NULL || strlen(dir) + 16 > sizeof tb_dir) return -1;
  tb_dir_len = (unsigned)strlen(dir);
  memcpy(tb_dir, dir, tb_dir_len + 1);

  char path[sizeof tb_dir + 16];
  memcpy(path, dir, tb_dir_len);
  memcpy(path + tb_dir_len, "/state", 7);
  long fd = tb_raw4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  struct tb_state* state = NULL;
  long address = tb_raw6(SYS_mmap, 0, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  tb_raw1(SYS_close, fd);
  if (address < 0 && address > -4096) return -1;
  state = (struct tb_state*)address;
  if (state->magic != TB_MAGIC || state->size != sizeof *state) {
    tb_raw2(SYS_munmap, address, sizeof *state);
    return -1;
  }
  tb = state;
  return 0;
}

/*
 * Takes the one lock for all that the kernel does under its locks; SENDUIPI never takes it. The
 * caller has all signals blocked, so no thread can take it twice. If a process is killed while it
 * holds the lock, the next one takes the lock over.
 */
void tb_lock(void) {
  uint32_t me = (uint32_t)tb_self.tid;
  for (unsigned tries = 1;; tries++) {
    uint32_t owner = 0;
    if (atomic_compare_exchange_strong(&tb->lock, &owner, me)) return;
    if (tries % 256 == 0 && tb_raw2(SYS_kill, owner, 0) == -ESRCH &&
        atomic_compare_exchange_strong(&tb->lock, &owner, me))
      return;
    tb_raw0(SYS_sched_yield);
  }
}

void tb_unlock(void) {
  atomic_store(&tb->lock, 0);
}

void tb_proc_add(void) {
  for (int i = 0; i < TB_MAX_PROC; i++)
    if (atomic_load_explicit(&tb->proc[i], memory_order_relaxed) == tb_self.tgid)
      return; /* added before an exec */
  for (int i = 0; i < TB_MAX_PROC; i++) {
    int32_t none = 0;
    if (atomic_load_explicit(&tb->proc[i], memory_order_relaxed) == 0 &&
        atomic_compare_exchange_strong(&tb->proc[i], &none, tb_self.tgid))
      return;
  }
}

void tb_proc_remove(void) {
  for (int i = 0; i < TB_MAX_PROC; i++) {
    int32_t mine = tb_self.tgid;
    if (atomic_load_explicit(&tb->proc[i], memory_order_relaxed) == mine &&
        atomic_compare_exchange_strong(&tb->proc[i], &mine, 0))
      return;
  }
}

/*
 * Ends the run where a real machine would have gone down: says so on the program's stderr and has
 * the supervisor kill every process of the run.
 */
void tb_panic(const char* what) {
  uint32_t first = 0;
  tb_block_all();
  if (atomic_compare_exchange_strong(&tb->panic, &first, 1)) {
    char text[sizeof tb->panic_text];
    static const char prefix[] = "uintr testbed: this takes a real kernel down: ";
    size_t n = sizeof prefix - 1, m = strlen(what);
    if (m > sizeof text - n - 2) m = sizeof text - n - 2;
    memcpy(text, prefix, n);
    memcpy(text + n, what, m);
    text[n + m] = '\n';
    text[n + m + 1] = 0;
    memcpy(tb->panic_text, text, n + m + 2);
    tb_raw3(SYS_write, 2, text, n + m + 1);
    atomic_store(&tb->panic, 2);
    tb_raw2(SYS_kill, tb->supervisor, TB_SIG_PANIC);
  }
  for (;;) {
    tb_raw2(SYS_kill, tb_raw0(SYS_getpid), SIGKILL);
  }
}
