// Runs native/cpu/waitpkg.cc step by step. The trap flag (SDM vol. 3, Single-Step Exception
// Condition) stops the CPU before each instruction; this program records and skips those of
// WAITPKG. So they need not exist on this CPU: most CPUs would raise #UD.

#include "../../native/cpu/waitpkg.h"

#include <signal.h>
#include <ucontext.h>
#include <x86intrin.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum class Which { Umonitor, Umwait, Tpause };

struct Executed {
  Which which;
  std::uint64_t operand;   // the value of the encoded register
  std::uint64_t deadline;  // EDX:EAX
};

constexpr long long kTrapFlag = 1 << 8;
constexpr long long kFlagsOfTheResult =
    0x8d5;  // OF, SF, ZF, AF, PF, CF: UMWAIT and TPAUSE clear them

std::array<Executed, 8> executed;
volatile std::size_t count = 0;
volatile int steps = 0;

// The registers of a ucontext in the order of their encoding.
constexpr std::array kRegisters{REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15};

// SDM vol. 2: UMONITOR is F3 0F AE /6, UMWAIT F2 0F AE /6, TPAUSE 66 0F AE /6, with a register.
// Returns the length of the instruction, 0 for any other.
int decode(const unsigned char* code, const gregset_t& registers, Executed& found) {
  int length = 0;
  switch (code[length++]) {
    case 0xf3:
      found.which = Which::Umonitor;
      break;
    case 0xf2:
      found.which = Which::Umwait;
      break;
    case 0x66:
      found.which = Which::Tpause;
      break;
    default:
      return 0;
  }
  const bool hasRex = (code[length] & 0xf0) == 0x40;
  const unsigned rex = hasRex ? code[length++] : 0;
  if (code[length++] != 0x0f || code[length++] != 0xae) return 0;
  const unsigned modrm = code[length++];
  if (modrm >> 3 != 0b11'110) return 0;
  found.operand = registers[kRegisters[(modrm & 7) | (rex & 1) << 3]];
  found.deadline = (registers[REG_RDX] << 32) | (registers[REG_RAX] & 0xffff'ffff);
  return length;
}

void onTrap(int, siginfo_t*, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  steps = steps + 1;
  Executed found{};
  while (const int length =
             decode(reinterpret_cast<const unsigned char*>(registers[REG_RIP]), registers, found)) {
    if (count < executed.size()) executed[count] = found;
    count = count + 1;
    registers[REG_RIP] += length;
    registers[REG_EFL] &= ~kFlagsOfTheResult;
  }
}

__attribute__((noinline)) void stepByStep(bool on) {
  const std::uint64_t flags = __readeflags();
  __writeeflags(on ? flags | kTrapFlag : flags & ~static_cast<std::uint64_t>(kTrapFlag));
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

template <typename Call>
Executed theOnly(Call&& call) {
  count = 0;
  steps = 0;
  stepByStep(true);
  call();
  stepByStep(false);
  require(steps > 3, "the CPU does not stop at each instruction");
  require(count == 1, "not one instruction of WAITPKG");
  return executed[0];
}

constexpr std::uint64_t kLighterState = 1;  // bit 0 of the operand; the others must be 0

template <typename Call>
void rests(Which which, std::uint32_t cycles, Call&& call) {
  const std::uint64_t before = __rdtsc();
  const Executed found = theOnly([&] { call(cycles); });
  const std::uint64_t after = __rdtsc();
  require(found.which == which, "another instruction");
  require((found.operand & 0xffff'ffff) == kLighterState, "another state than C0.1");
  require(found.deadline >= before + cycles, "a deadline too early");
  require(found.deadline <= after + cycles, "a deadline too late");
}

}  // namespace

int main() {
  struct sigaction action {};
  action.sa_sigaction = onTrap;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGTRAP, &action, nullptr);

  alignas(64) static int lines[32];
  for (const int* line : {&lines[0], &lines[16]}) {
    const Executed found = theOnly([&] { uintr::waitpkg::monitor(line); });
    require(found.which == Which::Umonitor, "another instruction than UMONITOR");
    require(found.operand == reinterpret_cast<std::uintptr_t>(line), "monitors another line");
  }
  // The second number of cycles nearly always carries into EDX.
  for (const std::uint32_t cycles : {250U, 0xffff'ffffU}) {
    rests(Which::Umwait, cycles, uintr::waitpkg::rest);
    rests(Which::Tpause, cycles, uintr::waitpkg::pause);
  }
}
