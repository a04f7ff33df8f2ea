/*
 * Posting, notification and delivery: SDM volume 3, chapter "User Interrupts".
 *
 * A notification is the signal NOTIFY. It arrives between two instructions of the receiver, as the
 * interrupt would; while the receiver is in a system call (in tb_on_sigsys) it is blocked, so the
 * call sleeps on, and it arrives on the return to the program. That is how a kernel without
 * CONFIG_X86_UINTR_BLOCKING, or a handler with flags 0, behaves.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "calls.h"
#include "raw.h"
#include "signals.h"
#include "thread.h"

enum { LATE_TICK_NS = 10 * 1000 * 1000 }; /* --late-delivery: the time until the next timer tick */

uint64_t tb_now(void) {
  struct timespec t = {0};
  tb_raw2(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Posts: the part of SENDUIPI after the table look-up. */
void tb_post(uint64_t uitte) {
  struct tb_upid* upid = &tb->upid[TB_UITTE_UPID(uitte)];
  if (atomic_load(&upid->life) == TB_EXECED)
    tb_panic("SENDUIPI to a receiver that has executed another program");

  atomic_fetch_or(&upid->pir, 1ull << TB_UITTE_VECTOR(uitte));
  /* Hardware does this by one locked operation. Here the sender looks at ON after it has set PIR,
     and the receiver clears ON before it takes PIR: it always takes a post that finds ON set. */
  if (atomic_load(&upid->status) & TB_SN) return;
  if (atomic_fetch_or(&upid->status, TB_ON) & TB_ON) return;
  if (tb->knobs.no_delivery) return;
  if (tb->knobs.delay_ns || tb->knobs.late)
    atomic_store(&upid->notify_at, tb_now() + (tb->knobs.late ? LATE_TICK_NS : tb->knobs.delay_ns));
  TB_COUNT(notifications);
  tb_raw3(SYS_tgkill, upid->tgid, upid->tid, TB_SIG_NOTIFY); /* ESRCH: gone, the post vanishes */
  if (atomic_load(&upid->blocked) && !tb->knobs.lose_wakeups) {
    TB_COUNT(wakeups);
    tb_raw3(SYS_tgkill, upid->tgid, upid->tid, TB_SIG_WAKE);
  }
}

static void push(uint64_t* rsp, uint64_t value) {
  *rsp -= 8;
  *(uint64_t*)*rsp = value;
}

/*
 * SDM, "User-Interrupt Delivery". Does not return if it delivers, so a handler calls it last.
 *
 * The user-interrupt frame belongs right below the red zone. The frame of the signal that this
 * handler runs for is there, too: its vector registers end there. So this function first copies the
 * signal frame further down the stack, and then returns from the copy.
 */
void tb_recognise(ucontext_t* uc) {
  struct tb_thread* t = &tb_self;
  if (!tb_is_receiver() || !t->uif || t->uirr == 0) return;

  const char* fp = (const char*)uc->uc_mcontext.fpregs;
  size_t fp_size = tb_fp_size(uc);
  char space[TB_UC_SIZE + fp_size + 128];
  ucontext_t* copy = (ucontext_t*)(((uintptr_t)space + 15) & ~(uintptr_t)15);
  memcpy(copy, uc, TB_UC_SIZE);
  if (fp != NULL) {
    char* fp_copy = (char*)(((uintptr_t)copy + TB_UC_SIZE + 63) & ~(uintptr_t)63);
    memcpy(fp_copy, fp, fp_size);
    copy->uc_mcontext.fpregs = (fpregset_t)(void*)fp_copy;
  }

  greg_t* r = copy->uc_mcontext.gregs;
  uint64_t vector = 63u - (unsigned)__builtin_clzll(t->uirr);
  uint64_t old = (uint64_t)r[REG_RSP];
  uint64_t rsp = (t->stackadjust & 1) ? t->stackadjust - 1 : old - t->stackadjust;
  rsp &= ~0xfull;
  push(&rsp, old);
  push(&rsp, (uint64_t)r[REG_EFL]);
  push(&rsp, (uint64_t)r[REG_RIP]);
  push(&rsp, vector);
  t->uirr &= ~(1ull << vector);
  t->uif = false;
  r[REG_EFL] &= ~((1ll << 8) | (1ll << 16)); /* TF, RF */
  r[REG_RSP] = (greg_t)rsp;
  r[REG_RIP] = (greg_t)t->handler;
  TB_COUNT(deliveries);
  tb_raw_sigreturn(copy);
}

/* SDM, "User-Interrupt Notification Processing": clear ON, move PIR to UIRR, recognise. */
void tb_take_notification(ucontext_t* uc) {
  struct tb_upid* upid = tb_self_upid();
  atomic_fetch_and(&upid->status, ~(uint32_t)TB_ON);
  tb_self.uirr |= atomic_exchange(&upid->pir, 0);
  if (uc != NULL) tb_recognise(uc);
}

/* Makes a timer that sends this thread a signal, once per thread. */
static int timer_for(int* timer, int sig) {
  if (*timer != 0) return *timer - 1;
  struct {
    uint64_t value;
    int32_t signo, notify, tid, pad[11];
  } event = {0, sig, 4 /* SIGEV_THREAD_ID */, tb_self.tid, {0}};
  int id = 0;
  if (tb_raw3(SYS_timer_create, CLOCK_MONOTONIC, &event, &id) < 0) return -1;
  *timer = id + 1;
  return id;
}

/* Knobs: the thread notices a post at a given time instead of now. */
static bool put_off(uint64_t until) {
  if (tb_now() >= until) return false;
  int timer = timer_for(&tb_self.timer, TB_SIG_NOTIFY);
  struct itimerspec at = {{0, 0}, {(time_t)(until / 1000000000u), (long)(until % 1000000000u)}};
  return timer >= 0 && tb_raw4(SYS_timer_settime, timer, TIMER_ABSTIME, &at, 0) == 0;
}

void tb_timer_drop(void) {
  if (tb_self.timer != 0) tb_raw1(SYS_timer_delete, tb_self.timer - 1);
  if (tb_self.wake_timer != 0) tb_raw1(SYS_timer_delete, tb_self.wake_timer - 1);
  tb_self.timer = tb_self.wake_timer = 0;
}

void tb_on_notify(int sig, siginfo_t* info, void* context) {
  (void)sig;
  if (!tb_is_receiver() || tb->knobs.no_delivery) return;
  if ((tb->knobs.delay_ns || tb->knobs.late) && info->si_code != SI_TIMER &&
      put_off(atomic_load(&tb_self_upid()->notify_at)))
    return;
  tb_take_notification(context);
}

/* WAKE: a post ends the call that this thread sleeps in or is about to sleep in. */
void tb_on_wake(int sig, siginfo_t* info, void* context) {
  (void)sig;
  (void)info;
  ucontext_t* uc = context;
  uintptr_t rip = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
  if (!tb_self.registered || atomic_load(&tb_self_upid()->pir) == 0)
    return; /* a late signal: its post has been delivered */
  if (rip >= (uintptr_t)tb_window_start && rip < (uintptr_t)tb_window_end)
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)tb_window_abort;
}

long tb_call_plain(const long args[7]) {
  return tb_raw6(args[0], args[1], args[2], args[3], args[4], args[5], args[6]);
}

/*
 * Makes a call while a post is pending. The call may not sleep, but it succeeds if it need not
 * sleep, as a read from a file does. Only the kernel knows which, so a signal ends the call,
 * repeatedly in case the signal comes too early.
 */
static long made_with_post_pending(const long args[7]) {
  int timer = timer_for(&tb_self.wake_timer, TB_SIG_WAKE);
  if (timer < 0) return -EINTR;
  struct itimerspec often = {{0, 100000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
  tb_raw4(SYS_timer_settime, timer, 0, &often, 0);
  long result = tb_call_plain(args);
  tb_raw4(SYS_timer_settime, timer, 0, &never, 0);
  return result;
}

/* Makes a call for the program. A post ends it with EINTR if the receiver has a WAITING flag. */
long tb_call_interruptibly(const long args[7]) {
  if (!tb_is_receiver() || !tb_self.waiting || tb->knobs.lose_wakeups || tb->knobs.no_delivery ||
      !tb_is_interruptible(args[0], args))
    return tb_call_plain(args);
  struct tb_upid* upid = tb_self_upid();
  uint64_t wake = TB_BIT(TB_SIG_WAKE);
  tb_raw4(SYS_rt_sigprocmask, SIG_UNBLOCK, &wake, 0, 8);
  /* Either the sender sees this store, or the look at PIR before the call sees the post. */
  atomic_store(&upid->blocked, 1);
  long result = tb_raw_interruptible(args, (const volatile uint64_t*)&upid->pir);
  atomic_store(&upid->blocked, 0);
  if (result == TB_NOT_MADE) result = made_with_post_pending(args);
  tb_raw4(SYS_rt_sigprocmask, SIG_BLOCK, &wake, 0, 8);
  if (tb->knobs.delay_ns && result == -EINTR && atomic_load(&upid->pir) != 0) {
    uint64_t until = atomic_load(&upid->notify_at); /* the wake-up is as late as the interrupt */
    struct timespec at = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
    tb_raw4(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &at, 0);
  }
  return result;
}

/* Lists the calls that sleep in TASK_INTERRUPTIBLE and can end with EINTR: signal(7). */
bool tb_is_interruptible(long nr, const long args[7]) {
  switch (nr) {
    case SYS_read:
    case SYS_readv:
    case SYS_pread64:
    case SYS_preadv:
    case SYS_preadv2:
    case SYS_write:
    case SYS_writev:
    case SYS_pwrite64:
    case SYS_pwritev:
    case SYS_pwritev2:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_recvmmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg:
    case SYS_accept:
    case SYS_accept4:
    case SYS_connect:
    case SYS_poll:
    case SYS_ppoll:
    case SYS_select:
    case SYS_pselect6:
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_pause:
    case SYS_wait4:
    case SYS_waitid:
    case SYS_rt_sigsuspend:
    case SYS_rt_sigtimedwait:
    case SYS_msgrcv:
    case SYS_msgsnd:
    case SYS_semop:
    case SYS_semtimedop:
    case SYS_mq_timedreceive:
    case SYS_mq_timedsend:
    case SYS_flock:
    case SYS_io_getevents:
    case SYS_io_uring_enter:
      return true;
    case SYS_futex:
      switch (args[2] & FUTEX_CMD_MASK) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
          return true;
        default:
          return false;
      }
    case 449: /* futex_waitv; rfc-v1 never gets here */
      return true;
    case SYS_fcntl:
      return args[2] == F_SETLKW || args[2] == F_OFD_SETLKW;
    default:
      return false;
  }
}
