/* The five instructions: SDM volume 2, and the #UD and #GP handlers of arch/x86/kernel/traps.c. */
#include <stdatomic.h>
#include <sys/syscall.h>

#include "calls.h"
#include "raw.h"
#include "signals.h"
#include "thread.h"

enum insn { NONE, SENDUIPI, UIRET, TESTUI, CLUI, STUI };

struct decoded {
  enum insn insn;
  unsigned length;
  unsigned reg; /* SENDUIPI's operand, 0-15 */
};

/* REP prefix required; 66 is ignored and REX.W has no meaning (SDM, SENDUIPI). */
static struct decoded decode(const unsigned char* p) {
  struct decoded d = {NONE, 0, 0};
  unsigned n = 0, rex = 0;
  bool rep = false;
  for (; n < 4 && (p[n] == 0xf3 || p[n] == 0x66); n++) rep |= p[n] == 0xf3;
  if ((p[n] & 0xf0) == 0x40) rex = p[n++];
  if (!rep || p[n] != 0x0f) return d;
  if (p[n + 1] == 0xc7 && (p[n + 2] & 0xf8) == 0xf0) {
    d.insn = SENDUIPI;
    d.reg = (p[n + 2] & 7u) | ((rex & 1u) << 3);
  } else if (p[n + 1] == 0x0b && p[n + 2] == 0xee) { /* pku.c */
    d.insn = CLUI;
  } else if (p[n + 1] == 0x0b && p[n + 2] == 0xef) {
    d.insn = STUI;
  } else if (p[n + 1] == 0x01) {
    switch (p[n + 2]) {
      case 0xec:
        d.insn = UIRET;
        break;
      case 0xed:
        d.insn = TESTUI;
        break;
      case 0xee:
        d.insn = CLUI;
        break;
      case 0xef:
        d.insn = STUI;
        break;
      default:
        break;
    }
  }
  d.length = n + 3;
  return d;
}

/* The index of the target table in force, or -1. */
static int own_table(void) {
  return (tb->abi == TB_ABI_RFC ? tb_self.uitt : tb_process_uitt) - 1;
}

/* Tells whether the table is gone: rfc-v1 frees it with its last entry, and the thread is no sender
   any more (teardown_uitt()). */
static bool torn_down(int table) {
  if (tb->abi != TB_ABI_RFC) return false;
  for (int i = 0; i < TB_UITT_ENTRIES; i++)
    if (TB_UITTE_VALID(atomic_load(&tb->uitt[table].entry[i]))) return false;
  return true;
}

static bool senduipi(ucontext_t* uc, unsigned reg, siginfo_t* info) {
  static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15};
  uint64_t index = (uint64_t)uc->uc_mcontext.gregs[order[reg]];
  int table = own_table();
  if (table < 0) { /* UITTADDR[0] = 0: #UD */
    tb_forward(SIGILL, info, uc);
    return false;
  }
  if (index >= TB_UITT_ENTRIES) tb_panic("SENDUIPI with an index beyond the target table");
  uint64_t entry = atomic_load(&tb->uitt[table].entry[index]);
  if (!TB_UITTE_VALID(entry)) {
    if (torn_down(table))
      tb_forward(SIGILL, info, uc); /* #UD */
    else
      tb_force_segv(uc); /* #GP */
    return false;
  }
  TB_COUNT(senduipi);
  tb_self.senduipi++;
  tb_post(entry);
  return true;
}

static void uiret(ucontext_t* uc) {
  enum { FLAGS = 0x254dd5 }; /* CF PF AF ZF SF TF DF OF NT RF AC ID */
  greg_t* r = uc->uc_mcontext.gregs;
  const uint64_t* frame = (const uint64_t*)r[REG_RSP];
  r[REG_RIP] = (greg_t)frame[0];
  r[REG_EFL] = (r[REG_EFL] & ~(greg_t)FLAGS) | ((greg_t)frame[1] & FLAGS);
  r[REG_RSP] = (greg_t)frame[2];
  tb_self.uif = true;
  TB_COUNT(uiret);
}

void tb_on_sigill(int sig, siginfo_t* info, void* context) {
  ucontext_t* uc = context;
  greg_t* r = uc->uc_mcontext.gregs;
  struct decoded d = {NONE, 0, 0};
  if (info->si_code > 0) /* a fault, not kill(2) */
    d = decode((const unsigned char*)r[REG_RIP]);

  switch (d.insn) {
    case SENDUIPI:
      if (senduipi(uc, d.reg, info)) r[REG_RIP] += d.length;
      return;
    case UIRET:
      uiret(uc);
      tb_recognise(uc); /* the next pending one, at the boundary after UIRET */
      return;
    case TESTUI: /* CF = UIF; ZF AF OF PF SF = 0 */
      r[REG_EFL] = (r[REG_EFL] & ~0x8d5ll) | (tb_self.uif ? 1 : 0);
      TB_COUNT(testui);
      break;
    case CLUI:
      tb_self.uif = false;
      TB_COUNT(clui);
      break;
    case STUI:
      tb_self.uif = true;
      TB_COUNT(stui);
      break;
    case NONE:
      tb_forward(sig, info, uc);
      return;
  }
  r[REG_RIP] += d.length;
  if (d.insn == STUI) tb_recognise(uc);
}
