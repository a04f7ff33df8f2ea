/*
 * The UINTR system calls, with the checks and their order of Intel's kernels: for uintr-next
 * arch/x86/kernel/uintr.c, for rfc-v1 arch/x86/kernel/uintr_fd.c and uintr_core.c.
 * Every function runs with all signals blocked.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

#include "calls.h"
#include "raw.h"
#include "signals.h"
#include "thread.h"

int tb_process_uitt;

static bool rfc(void) {
  return tb->abi == TB_ABI_RFC;
}

int tb_uintr_call_of(long nr) {
  long first = rfc() ? TB_NR_RFC_FIRST : TB_NR_NEXT_FIRST;
  long last = rfc() ? TB_NR_RFC_LAST : TB_NR_NEXT_LAST;
  return nr >= first && nr <= last ? (int)(nr - first) : -1;
}

/* ---- receivers ---- */

static int upid_alloc(void) {
  uint32_t index = atomic_fetch_add(&tb->upids, 1);
  if (index >= TB_MAX_UPID) {
    atomic_store(&tb->upids, TB_MAX_UPID);
    return -ENOMEM;
  }
  struct tb_upid* upid = &tb->upid[index];
  upid->tgid = tb_self.tgid;
  upid->tid = tb_self.tid;
  atomic_store(&upid->life, TB_ACTIVE);
  return (int)index + 1;
}

static long register_handler(uint64_t handler, uint32_t flags) {
  if (flags & ~(rfc() ? 0u : (uint32_t)TB_FLAG_WAITING_ANY)) return -EINVAL;
  if (flags && tb->knobs.refuse_waiting) return -EINVAL;
  if (handler == 0) return -EFAULT;
  if (tb_is_receiver()) return -EBUSY;
  if (tb_self.upid == 0) {
    int upid = upid_alloc();
    if (upid < 0) return upid;
    tb_self.upid = upid;
  }
  struct tb_upid* upid = tb_self_upid();
  if (flags) /* the kernel never clears it: a later registration with flags 0 keeps it */
    upid->waiting = flags;
  tb_self.waiting = upid->waiting != 0;
  tb_self.handler = handler;
  tb_self.stackadjust = TB_RED_ZONE;
  tb_self.registered = true;
  atomic_store(&upid->registered, 1);
  /* switch_uintr_return() clears SN and, unless PIR is empty, sends itself the notification. So
     posts made while nothing was registered arrive now. */
  atomic_fetch_and(&upid->status, ~(uint32_t)TB_SN);
  if (atomic_load(&upid->pir) != 0 && !tb->knobs.no_delivery) tb_take_notification(NULL);
  return 0;
}

static void forget_handler(enum tb_life life) {
  struct tb_upid* upid = tb_self_upid();
  atomic_fetch_or(&upid->status, TB_SN);
  atomic_store(&upid->registered, 0);
  atomic_store(&upid->life, life);
  tb_self.registered = false;
  tb_self.uirr = 0; /* IA32_UINTR_RR := 0, but UIF and PIR stay as they are */
  tb_self.handler = 0;
  tb_self.stackadjust = 0;
  tb_timer_drop();
}

static long unregister_handler(uint32_t flags) {
  if (flags) return -EINVAL;
  if (!tb_is_receiver()) return -EINVAL;
  /* rfc-v1 makes a new UPID for the next registration, uintr-next uses this one again. */
  forget_handler(rfc() ? TB_EXITED : TB_ACTIVE);
  if (rfc()) tb_self.upid = 0;
  return 0;
}

void tb_thread_exit(void) {
  if (tb_self.vfork != 0) return;
  if (tb_self.registered) forget_handler(TB_EXITED);
  if (tb_self.uitt != 0) tb_uitt_release(tb_self.uitt - 1);
  tb_self.uitt = 0;
}

static long create_fd(uint64_t vector, uint32_t flags) {
  if (flags) return -EINVAL;
  if (!tb_is_receiver()) return -EINVAL;
  if (vector >= TB_VECTORS) return -ENOSPC;
  if (rfc()) {
    tb_lock();
    tb_uvec_reap_all();
    tb_unlock();
    if (atomic_load(&tb_self_upid()->uvec_mask) & (1ull << vector)) return -EBUSY;
  }
  long fd = tb_uvec_create(TB_UVEC_VECTOR, (uint32_t)tb_self.upid - 1, (unsigned)vector);
  if (fd >= 0) atomic_fetch_or(&tb_self_upid()->uvec_mask, 1ull << vector);
  return fd;
}

static long alt_stack(uint64_t sp, uint32_t flags) {
  if (flags) return -EINVAL;
  if (!tb_is_receiver()) return -EOPNOTSUPP;
  /* Bit 0 of IA32_UINTR_STACKADJUST: load RSP instead of subtracting from it. */
  tb_self.stackadjust = sp != 0 ? (sp | 1) : TB_RED_ZONE;
  return 0;
}

static long wait_call(uint64_t usec, uint32_t flags) {
  if (!rfc() && tb->knobs.refuse_waiting) /* no CONFIG_X86_UINTR_BLOCKING */
    return -ENOSYS;
  if (flags) return -EINVAL;
  if (usec > TB_WAIT_MAX_USEC) return -EINVAL;
  if (usec == 0) return 0;
  if (!tb_is_receiver()) return -EOPNOTSUPP;

  struct timespec left = {(time_t)(usec / 1000000), (long)(usec % 1000000) * 1000};
  long args[7] = {SYS_nanosleep, (long)&left, 0, 0, 0, 0, 0};
  bool waiting = tb_self.waiting;
  tb_self.waiting |= rfc(); /* on rfc-v1 a post always ends uintr_wait, and no other call */
  long result = tb_call_interruptibly(args);
  tb_self.waiting = waiting;
  return result;
}

/* ---- senders ---- */

static int* own_table(void) {
  return rfc() ? &tb_self.uitt : &tb_process_uitt;
}

int tb_uitt_attach(int uitt) {
  atomic_fetch_add(&tb->uitt[uitt].refs, 1);
  return uitt;
}

void tb_uitt_release(int uitt) {
  atomic_fetch_sub(&tb->uitt[uitt].refs, 1);
}

/* The caller has the lock. */
static long ensure_table(void) {
  int* table = own_table();
  if (*table != 0) return 0;
  for (int i = 0; i < TB_MAX_UITT; i++) {
    uint32_t none = 0;
    if (!atomic_compare_exchange_strong(&tb->uitt[i].refs, &none, 1)) continue;
    for (int e = 0; e < TB_UITT_ENTRIES; e++)
      atomic_store_explicit(&tb->uitt[i].entry[e], 0, memory_order_relaxed);
    *table = i + 1;
    return 0;
  }
  return -ENOMEM;
}

/* As receiver_active: false once the thread has exited with a handler registered. */
static bool receiver_active(const struct tb_upid* upid) {
  if (atomic_load(&upid->life) == TB_EXITED) return false;
  if (!atomic_load(&upid->registered)) return true;
  /* A killed thread could not say that it exits. */
  return tb_raw3(SYS_tgkill, upid->tgid, upid->tid, 0) != -ESRCH;
}

/* The caller has the lock, except under the knob. */
static long connect_entry(uint32_t upid, unsigned vector, unsigned uvec) {
  if (!receiver_active(&tb->upid[upid])) return -ESHUTDOWN;
  long result = ensure_table();
  if (result < 0) return result;
  struct tb_uitt* uitt = &tb->uitt[*own_table() - 1];
  for (int e = 0; e < TB_UITT_ENTRIES; e++) {
    if (TB_UITTE_VALID(atomic_load(&uitt->entry[e]))) continue;
    if (tb->knobs.racy_registration) {     /* "TODO: Need a lock" in do_uintr_register_sender() */
      struct timespec gap = {0, 20000000}; /* wide enough to hit every time */
      tb_raw2(SYS_nanosleep, &gap, 0);
    }
    atomic_store(&uitt->entry[e], TB_UITTE(upid, vector, uvec));
    return e;
  }
  return -ENOSPC;
}

static int find_connection(int uvec) {
  if (tb_self.uitt == 0) return -1;
  struct tb_uitt* uitt = &tb->uitt[tb_self.uitt - 1];
  for (int e = 0; e < TB_UITT_ENTRIES; e++) {
    uint64_t entry = atomic_load(&uitt->entry[e]);
    if (TB_UITTE_VALID(entry) && (int)TB_UITTE_UVEC(entry) == uvec) return e;
  }
  return -1;
}

/* Returns the uvec behind an fd, -EBADF or -EOPNOTSUPP. */
static int uvec_of(int fd) {
  int uvec = tb_uvec_of_fd(fd);
  if (uvec == -EBADF) return uvec;
  return uvec < 0 || tb->uvec[uvec].kind != TB_UVEC_VECTOR ? -EOPNOTSUPP : uvec;
}

static long register_sender(int fd, uint32_t flags) {
  if (flags) return -EINVAL;
  int uvec = uvec_of(fd);
  if (uvec < 0) return uvec;
  bool locked = !tb->knobs.racy_registration;
  if (locked) tb_lock();
  long result;
  if (rfc()) tb_uvec_reap_all();
  if (rfc() && find_connection(uvec) >= 0)
    result = -EISCONN;
  else
    result = connect_entry(tb->uvec[uvec].upid, tb->uvec[uvec].vector, (unsigned)uvec);
  if (locked) tb_unlock();
  return result;
}

static long register_self(uint64_t vector, uint32_t flags) {
  if (flags) return -EINVAL;
  if (!tb_is_receiver()) return -EINVAL;
  if (vector >= TB_VECTORS) return -ENOSPC;
  tb_lock();
  long result = connect_entry((uint32_t)tb_self.upid - 1, (unsigned)vector, TB_MAX_UVEC - 1);
  tb_unlock();
  return result;
}

/* rfc-v1 takes the fd, uintr-next the index. */
static long unregister_sender(int which, uint32_t flags) {
  if (flags) return -EINVAL;
  int entry = which;
  if (rfc()) {
    int uvec = uvec_of(which);
    if (uvec < 0) return uvec;
    entry = find_connection(uvec);
  }
  int table = *own_table();
  if (table == 0 || entry < 0 || entry >= TB_UITT_ENTRIES) return -EINVAL;
  uint64_t old = atomic_exchange(&tb->uitt[table - 1].entry[entry], 0);
  return TB_UITTE_VALID(old) ? 0 : -EINVAL;
}

static long ipi_fd(uint32_t flags) {
  if (flags) return -EINVAL;
  tb_lock();
  long result = ensure_table();
  if (result == 0)
    tb_uitt_attach(tb_process_uitt - 1); /* the reference of the fd, kept until the run ends */
  tb_unlock();
  return result < 0 ? result : tb_uvec_create(TB_UVEC_IPI, (uint32_t)tb_process_uitt - 1, 0);
}

long tb_uintr_call(int call, const long* a) {
  TB_COUNT(call[call]);
  switch ((enum tb_call)call) {
    case TB_REGISTER_HANDLER:
      return register_handler((uint64_t)a[0], (uint32_t)a[1]);
    case TB_UNREGISTER_HANDLER:
      return unregister_handler((uint32_t)a[0]);
    case TB_CREATE_FD:
      return create_fd((uint64_t)a[0], (uint32_t)a[1]);
    case TB_REGISTER_SENDER:
      return register_sender((int)a[0], (uint32_t)a[1]);
    case TB_UNREGISTER_SENDER:
      return unregister_sender((int)a[0], (uint32_t)a[1]);
    case TB_WAIT:
      return rfc() ? wait_call(TB_RFC_WAIT_USEC, (uint32_t)a[0])
                   : wait_call((uint64_t)a[0], (uint32_t)a[1]);
    case TB_REGISTER_SELF:
      return register_self((uint64_t)a[0], (uint32_t)a[1]);
    case TB_ALT_STACK:
      return alt_stack((uint64_t)a[0], (uint32_t)a[2]);
    case TB_IPI_FD:
      return ipi_fd((uint32_t)a[0]);
    default:
      return -ENOSYS;
  }
}
