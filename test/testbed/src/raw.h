/* The testbed's own system calls: the only `syscall` instructions that are not dispatched to it. */
#ifndef TB_RAW_H
#define TB_RAW_H

#include <stdint.h>

long tb_raw6(long nr, long a, long b, long c, long d, long e, long f);

/*
 * Makes a call likewise, but returns TB_NOT_MADE instead of entering the kernel if *pir is not 0.
 * args is nr and six arguments. The handler of WAKE moves a thread that it finds between the test
 * and the instruction to the same end, so no post is lost between looking and sleeping.
 */
enum { TB_NOT_MADE = -4096 }; /* below every errno */
long tb_raw_interruptible(const long args[7], const volatile uint64_t* pir);

/* clone(2) whose child has a stack of its own; the child calls tb_child_start(stack[0]). */
long tb_raw_clone(long flags, long* stack, long ptid, long ctid, long tls);

/* rt_sigreturn(2) with the given ucontext. */
void tb_raw_sigreturn(void* uc) __attribute__((noreturn));
void tb_restorer(void);

extern const char tb_range_start[], tb_range_end[]; /* for PR_SET_SYSCALL_USER_DISPATCH */
extern const char tb_window_start[], tb_window_end[], tb_window_abort[];

#define tb_raw0(n) tb_raw6(n, 0, 0, 0, 0, 0, 0)
#define tb_raw1(n, a) tb_raw6(n, (long)(a), 0, 0, 0, 0, 0)
#define tb_raw2(n, a, b) tb_raw6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define tb_raw3(n, a, b, c) tb_raw6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define tb_raw4(n, a, b, c, d) tb_raw6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define tb_raw5(n, a, b, c, d, e) \
  tb_raw6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

#endif
