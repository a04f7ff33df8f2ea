/* Signals: the testbed has four; the program believes that it controls all of them. */
#ifndef TB_SIGNALS_H
#define TB_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

enum { TB_SIG_NOTIFY = 64, TB_SIG_WAKE = 63, TB_SIG_COUNT = 64 };

#define TB_BIT(sig) (1ull << ((sig)-1))
#define TB_OURS (TB_BIT(SIGILL) | TB_BIT(SIGSYS) | TB_BIT(TB_SIG_NOTIFY) | TB_BIT(TB_SIG_WAKE))
#define TB_HELD (TB_BIT(TB_SIG_NOTIFY) | TB_BIT(TB_SIG_WAKE))

struct tb_ksigaction { /* the kernel's, not glibc's */
  void* handler;
  uint64_t flags;
  void* restorer;
  uint64_t mask;
};

static inline uint64_t* tb_mask_of(ucontext_t* uc) {
  return (uint64_t*)&uc->uc_sigmask; /* the kernel stores 8 bytes */
}

/* The part of a ucontext_t that the kernel writes and reads; glibc's is longer. */
#define TB_UC_SIZE (offsetof(ucontext_t, uc_sigmask) + 8)

/* The size of the register file that fpregs points to: struct _fpx_sw_bytes, uapi/asm/sigcontext.h.
 */
static inline size_t tb_fp_size(const ucontext_t* uc) {
  const char* fp = (const char*)uc->uc_mcontext.fpregs;
  if (fp == NULL) return 0;
  bool extended = *(const uint32_t*)(fp + 464) == 0x46505853; /* FP_XSTATE_MAGIC1 */
  return extended ? *(const uint32_t*)(fp + 468) : 512;
}

void tb_signals_init(void);
uint64_t tb_block_all(void);
void tb_set_mask(uint64_t mask);

long tb_sys_sigaction(int sig, const struct tb_ksigaction* new_action, struct tb_ksigaction* old,
                      long size);
long tb_sys_sigprocmask(ucontext_t* uc, int how, const uint64_t* set, uint64_t* old, long size);
void tb_sys_sigreturn(ucontext_t* uc) __attribute__((noreturn));
bool tb_is_masking_call(long nr);
long tb_masking_call(long* args);

void tb_forward(int sig, siginfo_t* info, ucontext_t* uc);
void tb_force_segv(ucontext_t* uc);

/* The handlers, one per file. */
void tb_on_sigsys(int sig, siginfo_t* info, void* uc);
void tb_on_sigill(int sig, siginfo_t* info, void* uc);
void tb_on_notify(int sig, siginfo_t* info, void* uc);
void tb_on_wake(int sig, siginfo_t* info, void* uc);

#endif
