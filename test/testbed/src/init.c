/* Taking a process over, before its main program starts. */
#include "init.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "calls.h"
#include "raw.h"
#include "signals.h"
#include "thread.h"

char tb_library[512];
char tb_state_variable[160];

/* Ends the receivers of this process's previous program: exec ended all its other threads. */
static void bury_previous_program(void) {
  uint32_t n = atomic_load(&tb->upids);
  for (uint32_t i = 0; i < n; i++) {
    struct tb_upid* upid = &tb->upid[i];
    if (upid->tgid == tb_self.tgid && atomic_load(&upid->registered) &&
        atomic_load(&upid->life) == TB_ACTIVE)
      atomic_store(&upid->life, TB_EXITED);
  }
}

static const char* state_dir(char** env) {
#ifdef __GLIBC__ /* passes main()'s arguments; libc may not be initialised yet */
  static const char name[] = TB_ENV_STATE "=";
  for (; *env != NULL; env++)
    if (strncmp(*env, name, sizeof name - 1) == 0) return *env + sizeof name - 1;
  return NULL;
#else
  (void)env;
  return getenv(TB_ENV_STATE);
#endif
}

/* Runs before all other constructors (-z initfirst): those of the program belong to the program. */
__attribute__((constructor)) static void tb_init(int argc, char** argv, char** env) {
  (void)argc;
  (void)argv;
  Dl_info info;
  if (dladdr(tb_range_start, &info) == 0 || strlen(info.dli_fname) >= sizeof tb_library) return;
  strcpy(tb_library, info.dli_fname);
  if (tb_state_open(state_dir(env)) < 0)
    return; /* the run is over, or there is no run: the program runs without the testbed */
  strcpy(tb_state_variable, TB_ENV_STATE "=");
  strcat(tb_state_variable, tb_dir);

  tb_self.tid = (int)tb_raw0(SYS_gettid);
  tb_self.tgid = (int)tb_raw0(SYS_getpid);
  bury_previous_program();
  tb_proc_add();
  if (tb->abi == TB_ABI_RFC) { /* exec may have closed last copies */
    uint64_t mask = tb_block_all();
    tb_lock();
    tb_uvec_reap_all();
    tb_unlock();
    tb_set_mask(mask);
  }
  tb_pku_init();
  tb_signals_init();
  tb_thread_init();
}
