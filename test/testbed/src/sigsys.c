/*
 * The handler to which every system call of the program goes (Syscall User Dispatch). It runs with
 * NOTIFY and WAKE blocked and makes the call for the program. Its return restores the program's
 * mask. At that moment the kernel delivers a NOTIFY that came meanwhile, so the interrupt arrives
 * at the first instruction after the system call, as on hardware.
 */
#include <errno.h>
#include <linux/prctl.h>
#include <sys/syscall.h>

#include "calls.h"
#include "raw.h"
#include "signals.h"
#include "thread.h"

static long uintr(ucontext_t* uc, int call, const long* a) {
  uint64_t mask = tb_block_all();
  if (call == TB_WAIT) /* the call sleeps, and the program's signals must be able to end it */
    tb_set_mask(mask);
  long result = tb_uintr_call(call, a);
  tb_set_mask(mask);
  (void)uc;
  return result;
}

/* rfc-v1: closing the last copy of a uvec fd ends its connections. */
static long closing(const long args[7], int fd) {
  int uvec = tb->abi == TB_ABI_RFC && atomic_load(&tb->uvecs) != 0 ? tb_uvec_of_fd(fd) : -1;
  long result = tb_call_plain(args);
  if (uvec >= 0) {
    uint64_t mask = tb_block_all();
    tb_lock();
    tb_uvec_reap(uvec);
    tb_unlock();
    tb_set_mask(mask);
  }
  return result;
}

static long closing_many(const long args[7]) {
  long result = tb_call_plain(args);
  if (tb->abi == TB_ABI_RFC && atomic_load(&tb->uvecs) != 0) {
    uint64_t mask = tb_block_all();
    tb_lock();
    tb_uvec_reap_all();
    tb_unlock();
    tb_set_mask(mask);
  }
  return result;
}

/* Writes the new alternate stack into the frame: sigreturn would restore the one of the trap. */
static long sigaltstack_call(ucontext_t* uc, const long args[7]) {
  long result = tb_call_plain(args);
  if (result == 0 && args[1] != 0) uc->uc_stack = *(const stack_t*)args[1];
  return result;
}

static long emulate(ucontext_t* uc, long nr, const long* a) {
  long args[7] = {nr, a[0], a[1], a[2], a[3], a[4], a[5]};
  switch (nr) {
    case SYS_rt_sigaction:
      return tb_sys_sigaction((int)a[0], (const struct tb_ksigaction*)a[1],
                              (struct tb_ksigaction*)a[2], a[3]);
    case SYS_rt_sigprocmask:
      return tb_sys_sigprocmask(uc, (int)a[0], (const uint64_t*)a[1], (uint64_t*)a[2], a[3]);
    case SYS_rt_sigreturn:
      tb_sys_sigreturn(uc);
    case SYS_sigaltstack:
      return sigaltstack_call(uc, args);
    case SYS_clone:
      return tb_sys_clone(uc, a);
    case SYS_clone3: /* all libcs fall back to clone */
      return -ENOSYS;
    case SYS_fork:
    case SYS_vfork:
      return tb_sys_fork();
    case SYS_execve:
    case SYS_execveat:
      return tb_sys_exec(nr, a);
    case SYS_exit:
      tb_block_all();
      tb_thread_exit();
      return tb_call_plain(args);
    case SYS_exit_group:
      tb_process_exit();
      return tb_call_plain(args);
    case SYS_prctl:
      return a[0] == PR_SET_SYSCALL_USER_DISPATCH ? -EINVAL : tb_call_plain(args);
    case SYS_mmap:
      return tb_mmap(args);
    case SYS_close:
      return closing(args, (int)a[0]);
    case SYS_dup2:
    case SYS_dup3:
      return closing(args, (int)a[1]);
    case SYS_close_range:
      return closing_many(args);
    case SYS_readlink:
    case SYS_readlinkat:
      return tb_readlink(args);
    case SYS_open:
    case SYS_openat:
      return tb_open(nr, args);
    default:
      break;
  }
  if (tb->abi == TB_ABI_RFC && nr > TB_NR_RFC_LAST) return -ENOSYS; /* Linux 5.14 ends there */
  if (tb_is_masking_call(nr)) return tb_masking_call(args);
  return tb_fix_result(nr, args, tb_call_interruptibly(args));
}

void tb_on_sigsys(int sig, siginfo_t* info, void* context) {
  ucontext_t* uc = context;
  greg_t* r = uc->uc_mcontext.gregs;
  if (info->si_code != 2 /* SYS_USER_DISPATCH */) {
    tb_forward(sig, info, uc);
    return;
  }
  TB_COUNT(syscalls);
  tb_self.syscalls++;
  const long a[6] = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]};
  long nr = (long)(int)r[REG_RAX];
  int call = tb_uintr_call_of(nr);
  r[REG_RAX] = call >= 0 ? uintr(uc, call, a) : emulate(uc, nr, a);

  if (tb_is_receiver()) {
    /* A late kernel looks at the timer tick or at a system call. */
    if (tb->knobs.late && !tb->knobs.no_delivery && atomic_load(&tb_self_upid()->pir) != 0)
      tb_take_notification(NULL);
    tb_recognise(uc);
  }
}
