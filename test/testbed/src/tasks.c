/*
 * New tasks and the ends of tasks. Neither a new task nor a new program inherits Syscall User
 * Dispatch from its thread: a child switches it on before it returns to the program, an exec'd
 * program in the constructor of this library.
 */
#include <errno.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "calls.h"
#include "init.h"
#include "raw.h"
#include "signals.h"
#include "thread.h"

__thread struct tb_thread tb_self __attribute__((tls_model("initial-exec")));

void tb_dispatch_on(void) {
  tb_raw5(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, tb_range_start,
          tb_range_end - tb_range_start, 0);
}

void tb_thread_init(void) {
  memset(&tb_self, 0, sizeof tb_self);
  tb_self.tid = (int)tb_raw0(SYS_gettid);
  tb_self.tgid = (int)tb_raw0(SYS_getpid);
  tb_dispatch_on();
}

void tb_process_fork_child(void) {
  tb_thread_init(); /* a new task is no receiver, and on rfc-v1 no sender either */
  tb_proc_add();
}

void tb_process_exit(void) {
  if (tb_self.vfork != 0) return;
  tb_block_all();
  tb_thread_exit();
  uint32_t n = atomic_load(&tb->upids);
  for (uint32_t i = 0; i < n; i++) {
    struct tb_upid* upid = &tb->upid[i];
    if (upid->tgid == tb_self.tgid && atomic_load(&upid->registered)) {
      atomic_fetch_or(&upid->status, TB_SN);
      atomic_store(&upid->life, TB_EXITED);
    }
  }
  if (tb_process_uitt != 0) tb_uitt_release(tb_process_uitt - 1);
  tb_proc_remove();
}

/* Forks on the caller's stack. uintr-next: parent and child share the target table from then on. */
static long fork_here(const long* a, long flags) {
  tb_block_all(); /* no code of the program may run in the child before it is set up */
  if (tb_process_uitt != 0) tb_uitt_attach(tb_process_uitt - 1);
  long result = tb_raw6(SYS_clone, flags, 0, a[2], a[3], a[4], 0);
  if (result == 0)
    tb_process_fork_child();
  else if (result < 0 && tb_process_uitt != 0)
    tb_uitt_release(tb_process_uitt - 1);
  return result;
}

long tb_sys_fork(void) {
  static const long none[6];
  return fork_here(none, SIGCHLD);
}

/* Makes the signal frame by which a child with a stack of its own returns to the program. */
struct child {
  _Alignas(16) char uc[TB_UC_SIZE];
  long flags;
};

__attribute__((used, noreturn)) void tb_child_start(struct child* child) {
  if (!(child->flags & CLONE_VM))
    tb_process_fork_child();
  else if (child->flags & CLONE_SETTLS)
    tb_thread_init();
  else { /* vfork with its own stack, as in posix_spawn: it has the parent's thread-locals */
    tb_self.vfork++;
    tb_dispatch_on();
  }
  tb_raw_sigreturn(child->uc);
}

long tb_sys_clone(ucontext_t* uc, const long* a) {
  long flags = a[0];
  if (a[1] == 0) {
    /* A child on the parent's memory and the parent's stack would run over the frame that the
       parent's call still needs. vfork(2) may be a fork whose parent waits. */
    return fork_here(a, flags & ~(long)CLONE_VM);
  }

  /* The child returns by rt_sigreturn from a copy of this call's frame, with its own stack. */
  const char* fp = (const char*)uc->uc_mcontext.fpregs;
  size_t fp_size = tb_fp_size(uc);
  uintptr_t p = ((uintptr_t)a[1] - TB_RED_ZONE - fp_size) & ~(uintptr_t)63;
  char* fp_copy = (char*)p;
  struct child* child = (struct child*)((p - sizeof *child) & ~(uintptr_t)63);
  long* stack = (long*)((uintptr_t)child - 64);

  if (fp != NULL) memcpy(fp_copy, fp, fp_size);
  memcpy(child->uc, uc, sizeof child->uc);
  child->flags = flags;
  ucontext_t* copy = (ucontext_t*)child->uc;
  copy->uc_mcontext.gregs[REG_RAX] = 0;
  copy->uc_mcontext.gregs[REG_RSP] = a[1];
  copy->uc_mcontext.fpregs = fp != NULL ? (fpregset_t)fp_copy : NULL;
  if ((flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM) /* sas_ss_reset() in copy_process() */
    copy->uc_stack = (stack_t){.ss_flags = SS_DISABLE};
  stack[0] = (long)child;

  tb_block_all();
  bool process = !(flags & CLONE_VM) && tb_process_uitt != 0;
  if (process) tb_uitt_attach(tb_process_uitt - 1);
  int vfork = tb_self.vfork;
  long result = tb_raw_clone(flags, stack, a[2], a[3], a[4]);
  tb_self.vfork = vfork;
  if (result < 0 && process) tb_uitt_release(tb_process_uitt - 1);
  return result;
}

static bool starts(const char* text, const char* prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

/*
 * Adds our variables to an environment, so that children are covered even if their parent left the
 * variables out. Leaves a run inside a run alone (the variable names another state). copy has room
 * for all of env and three more.
 */
static bool complete_environment(char* const* env, char** copy, char* preload, size_t size) {
  static const char name[] = "LD_PRELOAD=";
  const char* theirs = "";
  bool has_state = false;
  size_t n = 0;
  for (; *env != NULL; env++) {
    if (starts(*env, name)) {
      theirs = *env + sizeof name - 1;
    } else {
      has_state |= starts(*env, TB_ENV_STATE "=");
      copy[n++] = *env;
    }
  }
  bool has_library = strstr(theirs, TB_LIBRARY_NAME) != NULL;
  const char* parts[] = {name, has_library ? "" : tb_library, has_library || !*theirs ? "" : ":",
                         theirs};
  size_t length = 0;
  for (int i = 0; i < 4; i++) {
    size_t part = strlen(parts[i]);
    if (length + part >= size) return false;
    memcpy(preload + length, parts[i], part + 1);
    length += part;
  }
  copy[n++] = preload;
  if (!has_state) copy[n++] = tb_state_variable;
  copy[n] = NULL;
  return true;
}

long tb_sys_exec(long nr, const long* a) {
  enum { MOST = 4096 }; /* variables: the copy is on the stack, and a vfork child's may be small */
  int at = nr == SYS_execve ? 2 : 3;
  char* const none[] = {NULL};
  char* const* env = a[at] != 0 ? (char* const*)a[at] : none;
  size_t count = 0;
  while (env[count] != NULL) count++;
  char preload[1024];
  char* copy[count < MOST ? count + 3 : 1];
  long args[7] = {nr, a[0], a[1], a[2], a[3], a[4], 0};
  if (count < MOST && complete_environment(env, copy, preload, sizeof preload))
    args[at + 1] = (long)copy;

  /* WAKE and NOTIFY are blocked here and stay so in the new program. A signal in flight would kill
     it before its copy of this library is ready. */
  struct tb_upid* upid = tb_is_receiver() ? tb_self_upid() : NULL;
  if (upid != NULL) atomic_store(&upid->life, TB_EXECED);
  long result = tb_call_plain(args);
  if (upid != NULL) atomic_store(&upid->life, TB_ACTIVE);
  return result;
}
