/*
 * The program's signals.
 *
 * SIGILL (the five instructions), SIGSYS (every system call), NOTIFY (a user-interrupt
 * notification) and WAKE (ends an interruptible call) belong to the testbed. The program may set
 * actions for them and block them, and these calls succeed, but the kernel never sees them: a
 * blocked SIGSYS would kill the thread at its next call, a blocked NOTIFY would lose an interrupt.
 *
 * All other handlers of the program run under tb_on_signal, for one reason: a handler may have
 * interrupted a system call that the testbed was executing for the program, with NOTIFY blocked.
 * The handler is user code, in which user interrupts are delivered, so NOTIFY is unblocked while it
 * runs.
 *
 * All code here keeps one rule: NOTIFY is blocked exactly while testbed code runs.
 */
#include "signals.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "calls.h"
#include "raw.h"
#include "thread.h"

#define SA_RESTORER 0x04000000u

static struct tb_ksigaction actions[TB_SIG_COUNT + 1]; /* as the program set them */

static bool is_handler(const struct tb_ksigaction* a) {
  return a->handler != (void*)SIG_DFL && a->handler != (void*)SIG_IGN;
}

uint64_t tb_block_all(void) {
  uint64_t all = ~0ull, old = 0;
  tb_raw4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
  return old;
}

void tb_set_mask(uint64_t mask) {
  tb_raw4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
}

static void install(int sig, void (*handler)(int, siginfo_t*, void*), uint64_t flags,
                    uint64_t mask) {
  struct tb_ksigaction action = {(void*)handler, flags | SA_SIGINFO | SA_RESTORER,
                                 (void*)tb_restorer, mask};
  tb_raw4(SYS_rt_sigaction, sig, &action, 0, 8);
}

static void install_sigill(void) {
  /* Emulating an instruction never blocks, so all signals can wait until it is done. */
  install(SIGILL, tb_on_sigill, SA_NODEFER | (actions[SIGILL].flags & SA_ONSTACK), ~0ull);
}

void tb_signals_init(void) {
  static const int ours[] = {SIGILL, SIGSYS, TB_SIG_NOTIFY, TB_SIG_WAKE};
  for (unsigned i = 0; i < sizeof ours / sizeof *ours; i++)
    tb_raw4(SYS_rt_sigaction, ours[i], 0, &actions[ours[i]], 8);
  install_sigill();
  install(SIGSYS, tb_on_sigsys, SA_NODEFER, TB_HELD);
  install(TB_SIG_NOTIFY, tb_on_notify, 0, ~0ull);
  install(TB_SIG_WAKE, tb_on_wake, 0, ~0ull); /* no SA_RESTART: the call must end */

  uint64_t ours_mask = TB_OURS; /* exec may leave them blocked, see tb_sys_exec */
  tb_raw4(SYS_rt_sigprocmask, SIG_UNBLOCK, &ours_mask, 0, 8);
}

/* Runs a handler of the program: the kernel has blocked its mask, and this unblocks NOTIFY. */
static void tb_on_signal(int sig, siginfo_t* info, void* context) {
  ucontext_t* uc = context;
  struct tb_ksigaction action = actions[sig];
  uint64_t held = *tb_mask_of(uc) & TB_OURS; /* not 0: the signal interrupted testbed code */
  struct tb_upid* upid = NULL;
  uint32_t blocked = 0;

  if (held != 0) {
    if (tb_is_receiver()) { /* the thread is in user mode: a post need not wake it */
      upid = tb_self_upid();
      blocked = atomic_exchange(&upid->blocked, 0);
    }
    tb_raw4(SYS_rt_sigprocmask, SIG_UNBLOCK, &held, 0, 8);
  }

  ((void (*)(int, siginfo_t*, void*))action.handler)(sig, info, context);

  *tb_mask_of(uc) = (*tb_mask_of(uc) & ~TB_OURS) | held; /* the handler may have written it */
  if (blocked != 0) {
    /* The kernel may restart the interrupted call: a post since the exchange must end it then. */
    atomic_store(&upid->blocked, blocked);
    uintptr_t rip = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
    if (atomic_load(&upid->pir) != 0 && rip >= (uintptr_t)tb_window_start &&
        rip < (uintptr_t)tb_window_end)
      uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)tb_window_abort;
  }
}

long tb_sys_sigaction(int sig, const struct tb_ksigaction* new_action,
                      struct tb_ksigaction* old_action, long size) {
  if (size != 8 || sig < 1 || sig > TB_SIG_COUNT) return -EINVAL;
  struct tb_ksigaction mine = actions[sig], wanted = {0};
  if (new_action != NULL) wanted = *new_action;

  if (TB_BIT(sig) & TB_OURS) {
    /* A vfork child shares this table with its parent, but must not change the parent's. */
    if (new_action != NULL && tb_self.vfork == 0) {
      actions[sig] = wanted;
      if (sig == SIGILL) install_sigill();
    }
    if (old_action != NULL) *old_action = mine;
    return 0;
  }

  struct tb_ksigaction action = wanted, old = {0};
  if (new_action != NULL && is_handler(&wanted)) {
    action.flags |= SA_SIGINFO | SA_RESTORER;
    action.restorer = (void*)tb_restorer;
    action.mask &= ~TB_OURS;
    if (tb_self.vfork == 0) {
      action.handler = (void*)tb_on_signal;
      actions[sig] = wanted;
    }
  }
  long result = tb_raw4(SYS_rt_sigaction, sig, new_action != NULL ? &action : NULL, &old, 8);
  if (result < 0) {
    if (tb_self.vfork == 0) actions[sig] = mine;
    return result;
  }
  if (old_action != NULL) *old_action = old.handler == (void*)tb_on_signal ? mine : old;
  return 0;
}

/* Edits the mask that the return from this handler restores: it is the real one. */
long tb_sys_sigprocmask(ucontext_t* uc, int how, const uint64_t* set, uint64_t* old, long size) {
  if (size != 8) return -EINVAL;
  uint64_t now = *tb_mask_of(uc), then = now;
  if (set != NULL) {
    uint64_t given = *set & ~(TB_OURS | TB_BIT(SIGKILL) | TB_BIT(SIGSTOP));
    if (how == SIG_BLOCK)
      then |= given;
    else if (how == SIG_UNBLOCK)
      then &= ~given;
    else if (how == SIG_SETMASK)
      then = given | (now & TB_OURS);
    else
      return -EINVAL;
  }
  *tb_mask_of(uc) = then;
  if (old != NULL) *old = now & ~TB_OURS;
  return 0;
}

/* Serves a handler that did not return by tb_restorer, or a program that made its own frame. */
void tb_sys_sigreturn(ucontext_t* uc) {
  ucontext_t* frame = (ucontext_t*)uc->uc_mcontext.gregs[REG_RSP];
  uintptr_t rip = (uintptr_t)frame->uc_mcontext.gregs[REG_RIP];
  if (rip < (uintptr_t)tb_range_start || rip >= (uintptr_t)tb_range_end)
    *tb_mask_of(frame) &= ~TB_OURS;
  tb_raw_sigreturn(frame);
}

/* The calls that wait under another mask, or take a mask. */
bool tb_is_masking_call(long nr) {
  switch (nr) {
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
    case SYS_rt_sigsuspend:
    case SYS_rt_sigtimedwait:
    case SYS_signalfd:
    case SYS_signalfd4:
    case SYS_rt_sigpending:
      return true;
    default:
      return false;
  }
}

/* args is nr and six arguments, which point to copies afterwards. */
long tb_masking_call(long* args) {
  struct {
    const uint64_t* mask;
    uint64_t size;
  } pair = {0};
  uint64_t copy = 0;
  const uint64_t** mask = NULL;
  bool takes = false; /* whether the set names signals to take, not signals to block */

  switch (args[0]) {
    case SYS_ppoll:
      mask = (const uint64_t**)&args[4];
      break;
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
      mask = (const uint64_t**)&args[5];
      break;
    case SYS_rt_sigsuspend:
      mask = (const uint64_t**)&args[1];
      break;
    case SYS_pselect6:
      if (args[6] != 0) {
        memcpy(&pair, (const void*)args[6], sizeof pair);
        args[6] = (long)&pair;
        mask = &pair.mask;
      }
      break;
    case SYS_rt_sigtimedwait:
      mask = (const uint64_t**)&args[1];
      takes = true;
      break;
    case SYS_signalfd:
    case SYS_signalfd4:
      mask = (const uint64_t**)&args[2];
      takes = true;
      break;
    default:
      break;
  }
  if (mask != NULL && *mask != NULL) {
    copy = **mask & ~TB_OURS;
    /* NOTIFY is blocked as in every other call; WAKE is not where a post ends the call. */
    if (!takes) copy |= tb_self.waiting ? TB_BIT(TB_SIG_NOTIFY) : TB_HELD;
    *mask = &copy;
  }
  long result = tb_call_interruptibly(args);
  if (args[0] == SYS_rt_sigpending && result == 0) *(uint64_t*)args[1] &= ~TB_OURS;
  return result;
}

/* Hands a SIGILL or SIGSYS to the program. */
void tb_forward(int sig, siginfo_t* info, ucontext_t* uc) {
  struct tb_ksigaction action = actions[sig];
  if (!is_handler(&action) || (*tb_mask_of(uc) & TB_BIT(sig))) {
    /* A fault happens again on return; a signal that was sent is sent again. Either way the default
       action follows. */
    struct tb_ksigaction fallback = {0};
    if (action.handler == (void*)SIG_IGN && info->si_code <= 0) return;
    tb_raw4(SYS_rt_sigaction, sig, &fallback, 0, 8);
    if (info->si_code <= 0 || sig == SIGSYS) tb_raw3(SYS_tgkill, tb_self.tgid, tb_self.tid, sig);
    return;
  }
  if (action.flags & SA_RESETHAND) actions[sig].handler = (void*)SIG_DFL;
  tb_set_mask((*tb_mask_of(uc) | action.mask) & ~TB_OURS);
  ((void (*)(int, siginfo_t*, void*))action.handler)(sig, info, uc);
  *tb_mask_of(uc) &= ~TB_OURS;
}

/* Acts as the kernel on #GP in user mode: force_sig(SIGSEGV), even if SIGSEGV is blocked or
 * ignored.
 */
void tb_force_segv(ucontext_t* uc) {
  struct tb_ksigaction now = {0}, fallback = {0};
  tb_raw4(SYS_rt_sigaction, SIGSEGV, 0, &now, 8);
  if ((*tb_mask_of(uc) & TB_BIT(SIGSEGV)) || now.handler == (void*)SIG_IGN) {
    tb_raw4(SYS_rt_sigaction, SIGSEGV, &fallback, 0, 8);
    *tb_mask_of(uc) &= ~TB_BIT(SIGSEGV);
  }
  siginfo_t info;
  memset(&info, 0, sizeof info);
  info.si_signo = SIGSEGV;
  info.si_code = 0x80; /* SI_KERNEL */
  tb_raw4(SYS_rt_tgsigqueueinfo, tb_self.tgid, tb_self.tid, SIGSEGV, &info);
}
