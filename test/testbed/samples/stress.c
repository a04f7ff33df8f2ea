/*
 * Two threads interrupt a third as fast as they can. The third runs a leaf function that fills the
 * red zone, the general and the vector registers and the flags, and checks that they stay. After
 * every burst a sender waits until the receiver has seen its last post: none may be lost.
 */
#include "uintr.h"

enum { SENDERS = 2 };

static atomic_int fds[SENDERS] = {-1, -1}, stop;
static atomic_ulong posted[SENDERS], seen[SENDERS], interrupts;
static atomic_int nested, inside;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  (void)frame;
  if (atomic_exchange(&inside, 1)) /* UIF is clear in here */
    atomic_store(&nested, 1);
  atomic_store(&seen[vector], atomic_load(&posted[vector]));
  atomic_fetch_add(&interrupts, 1);
  atomic_store(&inside, 0);
}

int wide; /* whether the CPU has AVX */

/* Returns 0 if all values stayed. Has no stack frame: the red zone is in use throughout. */
long keep(void);
// clang-format off
__asm__("keep:\n"
        "	push %rbx\n	push %rbp\n	push %r12\n	push %r13\n	push %r14\n	push %r15\n"
        "	mov $0x1111, %rbx\n	mov $0x2222, %rbp\n	mov $0x3333, %r12\n	mov $0x4444, %r13\n"
        "	mov $0x5555, %r14\n	mov $0x6666, %r15\n	mov $0x7777, %rsi\n	mov $0x8888, %rdi\n"
        "	mov $0x9999, %r8\n	mov $0xaaaa, %r9\n	mov $0xbbbb, %r10\n	mov $0xcccc, %r11\n"
        "	mov $0xdddd, %rdx\n"
        "	movq %rbx, %xmm0\n	movq %rbp, %xmm7\n	movq %r12, %xmm15\n"
        "	cmpl $0, wide(%rip)\n	je 2f\n"
        "	vinsertf128 $1, %xmm0, %ymm0, %ymm0\n	vinsertf128 $1, %xmm15, %ymm15, %ymm15\n2:"
        "	mov %rbx, -8(%rsp)\n	mov %rbp, -64(%rsp)\n	mov %r12, -128(%rsp)\n"
        "	mov $20000, %rcx\n"
        "1:	stc\n"
        "	nop\n	nop\n	nop\n	nop\n	nop\n	nop\n	nop\n	nop\n"
        "	jnc 9f\n"
        "	clc\n	nop\n	nop\n	nop\n	nop\n	jc 9f\n"
        "	std\n	nop\n	nop\n	cld\n"
        "	cmp $0x1111, %rbx\n	jne 9f\n	cmp $0x2222, %rbp\n	jne 9f\n"
        "	cmp $0x3333, %r12\n	jne 9f\n	cmp $0x4444, %r13\n	jne 9f\n"
        "	cmp $0x5555, %r14\n	jne 9f\n	cmp $0x6666, %r15\n	jne 9f\n"
        "	cmp $0x7777, %rsi\n	jne 9f\n	cmp $0x8888, %rdi\n	jne 9f\n"
        "	cmp $0x9999, %r8\n	jne 9f\n	cmp $0xaaaa, %r9\n	jne 9f\n"
        "	cmp $0xbbbb, %r10\n	jne 9f\n	cmp $0xcccc, %r11\n	jne 9f\n"
        "	cmp $0xdddd, %rdx\n	jne 9f\n"
        "	cmp %rbx, -8(%rsp)\n	jne 9f\n	cmp %rbp, -64(%rsp)\n	jne 9f\n"
        "	cmp %r12, -128(%rsp)\n	jne 9f\n"
        "	movq %xmm0, %rax\n	cmp %rax, %rbx\n	jne 9f\n"
        "	movq %xmm7, %rax\n	cmp %rax, %rbp\n	jne 9f\n"
        "	movq %xmm15, %rax\n	cmp %rax, %r12\n	jne 9f\n"
        "	cmpl $0, wide(%rip)\n	je 3f\n"
        "	vextractf128 $1, %ymm0, %xmm1\n	movq %xmm1, %rax\n	cmp %rax, %rbx\n	jne 9f\n"
        "	vextractf128 $1, %ymm15, %xmm1\n	movq %xmm1, %rax\n	cmp %rax, %r12\n	jne 9f\n"
        "3:	dec %rcx\n	jnz 1b\n"
        "	xor %eax, %eax\n	jmp 8f\n"
        "9:	mov $1, %eax\n"
        "8:	cld\n	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbp\n	pop %rbx\n	ret\n");
// clang-format on

static void* receiver(void* none) {
  CHECK(uintr_register_handler(handler, 0) == 0);
  _stui();
  for (int i = 0; i < SENDERS; i++) atomic_store(&fds[i], uintr_create_fd((uint64_t)i, 0));
  long bad = 0;
  for (unsigned round = 0; !atomic_load(&stop); round++) {
    bad |= keep();
    if (round % 4 == 0) nap(0); /* some interrupts arrive while the thread is in the kernel */
  }
  CHECK(bad == 0);
  CHECK(!atomic_load(&nested));
  return none;
}

static void* sender(void* which) {
  long me = (long)which;
  while (atomic_load(&fds[me]) < 0) sched_yield();
  int index = uintr_register_sender(fds[me], 0);
  CHECK(index >= 0);
  unsigned random = 12345 + (unsigned)me;
  time_t end = time(NULL) + 3;
  while (time(NULL) < end) {
    for (unsigned burst = (random = random * 1103515245 + 12345) >> 25; burst > 0; burst--) {
      atomic_fetch_add(&posted[me], 1);
      _senduipi((unsigned long long)index);
    }
    while (atomic_load(&seen[me]) != atomic_load(&posted[me])) /* alarm() bounds it */
      sched_yield();
  }
  return NULL;
}

int main(int argc, char** argv) {
  start(argc, argv);
  wide = __builtin_cpu_supports("avx") != 0;
  pthread_t r, s[SENDERS];
  CHECK(pthread_create(&r, NULL, receiver, NULL) == 0);
  for (long i = 0; i < SENDERS; i++) CHECK(pthread_create(&s[i], NULL, sender, (void*)i) == 0);
  for (int i = 0; i < SENDERS; i++) pthread_join(s[i], NULL);
  atomic_store(&stop, 1);
  pthread_join(r, NULL);
  CHECK(interrupts > 100);
  printf("none lost\n");
  fprintf(stderr, "%lu posts, %lu interrupts\n", posted[0] + posted[1], atomic_load(&interrupts));
  return 0;
}
