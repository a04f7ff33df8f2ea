/* Coalescing, priority, masking, the frame: one thread that interrupts itself. */
#include "uintr.h"

static volatile unsigned count, order[64];
static volatile uint64_t frame_rip, frame_rflags, frame_rsp, handler_frame;
static volatile int uif_in_handler = -1;

static HANDLER handler(struct __uintr_frame* frame, unsigned long long vector) {
  order[count++ & 63] = (unsigned)vector;
  frame_rip = frame->rip;
  frame_rflags = frame->rflags;
  frame_rsp = frame->rsp;
  handler_frame = (uint64_t)frame;
  uif_in_handler = _testui();
}

int main(int argc, char** argv) {
  start(argc, argv);
  CHECK(!_testui()); /* clear until the program sets it */
  CHECK(uintr_register_handler(handler, 0) == 0);
  CHECK(!_testui());
  static const unsigned vectors[] = {0, 3, 17, 62, 63};
  unsigned long long index[5];
  for (int i = 0; i < 5; i++) {
    int fd = uintr_create_fd(vectors[i], 0);
    CHECK(fd >= 0);
    index[i] = (unsigned long long)uintr_register_sender(fd, 0);
  }

  for (int round = 0; round < 3; round++) /* several posts per vector, lowest first */
    for (int i = 0; i < 5; i++) _senduipi(index[i]);
  CHECK(count == 0);
  _stui();
  CHECK(count == 5); /* all five arrive before the next instruction */
  CHECK(order[0] == 63 && order[1] == 62 && order[2] == 17 && order[3] == 3 && order[4] == 0);
  CHECK(_testui() && uif_in_handler == 0);
  /* UIRET recognises the next one at its own boundary: the same RIP and RSP for all five. */
  CHECK(handler_frame == ((frame_rsp - 128) & ~15ull) - 24);
  printf("coalesced and in order of priority\n");

  count = 0;
  _senduipi(index[1]);
  while (count == 0)
    ;
  _clui();
  CHECK(!_testui());
  _senduipi(index[2]);
  nap(20);
  CHECK(count == 1);
  _stui();
  CHECK(count == 2 && order[1] == 17);
  printf("masked and unmasked\n");

  /* TESTUI changes CF and clears ZF, AF, OF, PF, SF; STUI and CLUI change none. */
  uint64_t flags;
  __asm__ volatile("xor %%eax, %%eax\n\ttestui\n\tpushfq\n\tpop %0"
                   : "=r"(flags)::"rax", "cc", "memory");
  CHECK((flags & 0x8d5) == 1);
  __asm__ volatile("xor %%eax, %%eax\n\tclui\n\tpushfq\n\tpop %0"
                   : "=r"(flags)::"rax", "cc", "memory");
  CHECK((flags & 0x8d5) == 0x44); /* ZF, PF from the xor */
  /* The operand with REX.B */
  count = 0;
  __asm__ volatile("mov %0, %%r11\n\tsenduipi %%r11\n\tstui" ::"r"(index[3]) : "r11", "memory");
  while (count == 0)
    ;
  CHECK(order[0] == 62);
  /* CLUI and STUI work with any registers. Some CPUs take them for RDPKRU and WRPKRU, which fault
     with ECX != 0 and execute with ECX = 0. */
  for (uint64_t ecx = 0; ecx < 2; ecx++) {
    uint64_t rax = 0x55555554, rdx = 0; /* a value for PKRU that denies only unused keys */
    __asm__ volatile("clui" : "+a"(rax), "+d"(rdx) : "c"(ecx) : "memory");
    CHECK(rax == 0x55555554 && rdx == 0 && !_testui());
    rdx = ecx;
    __asm__ volatile("stui" : "+a"(rax), "+d"(rdx) : "c"(ecx) : "memory");
    CHECK(rax == 0x55555554 && rdx == ecx && _testui());
  }
  printf("flags and operands\n");
  return 0;
}
