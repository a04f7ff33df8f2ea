// Tests how native/core/spin.h notices that another thread wants its core. This program replaces
// the kernel's count of involuntary switches, and sched_yield(2).

#include <sched.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "../../native/core/spin.h"

namespace {

long switches = 0;        // of this thread, as the kernel counts them
bool othersWait = false;  // whether a yield gives the core to somebody
int yields = 0;
int questions = 0;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

}  // namespace

// The linker prefers these two functions to libc's.
extern "C" int sched_yield() noexcept {
  ++yields;
  if (othersWait) ++switches;
  return 0;
}

extern "C" int getrusage(__rusage_who_t who, rusage* usage) noexcept {
  require(who == RUSAGE_THREAD, "asks about the whole process");
  ++questions;
  *usage = {};
  usage->ru_nivcsw = switches;
  return 0;
}

namespace {

using namespace std::chrono_literals;
using uintr::Spin;

void reset(bool crowd) {
  // Not 0: switches from before the spin must not count.
  switches = 1000;
  othersWait = crowd;
  yields = questions = 0;
}

const auto never = [] { return false; };
const auto onceYielded = [] { return yields > 0; };

void alone() {
  reset(false);
  Spin spin(1ms, Spin::IfCrowded::GiveWay);
  require(!spin.until(never), "finds what is not there");
  require(!spin.wasCrowded(), "sees a crowd where there is none");
  require(yields > 1, "gives up although nobody wants the core");
  require(spin.systemCalls() == yields + questions, "counts its system calls wrongly");
}

// A crowd ends the spin at once, long before the time is up.
void crowdedOut() {
  reset(true);
  Spin spin(1h, Spin::IfCrowded::GiveWay);
  require(!spin.until(never), "finds what is not there");
  require(spin.wasCrowded(), "does not see the crowd");
  require(yields == 1, "yields to the same crowd again");
  require(spin.systemCalls() == yields + questions, "counts its system calls wrongly");
}

// The sender itself wanted the core: the spin pays, and counts as crowded all the same.
void answeredByTheCrowd() {
  reset(true);
  Spin spin(1h, Spin::IfCrowded::GiveWay);
  require(spin.until(onceYielded), "misses what came with the yield");
  require(spin.wasCrowded(), "does not see that it was in the sender's way");
}

void preempted() {
  reset(false);
  Spin spin(1h, Spin::IfCrowded::GiveWay);
  int looks = 0;
  // The switch comes after the first getrusage(2), and not by a yield.
  const auto preemptedMeanwhile = [&] {
    if (++looks == 500) ++switches;
    return false;
  };
  require(!spin.until(preemptedMeanwhile), "finds what is not there");
  require(spin.wasCrowded(), "does not see that it was preempted");
}

void answeredByAnotherCore() {
  reset(false);
  Spin spin(1h, Spin::IfCrowded::GiveWay);
  require(spin.until(onceYielded), "misses what came");
  require(!spin.wasCrowded(), "takes the answer of another core for a crowd");
}

// A spin of a given time uses all of it whoever waits for the core, and does not count switches.
void asTold() {
  reset(true);
  Spin spin(1ms);
  require(!spin.until(never), "finds what is not there");
  require(!spin.wasCrowded() && questions == 0, "asks although it is told");
  require(yields > 1, "gives up although it is told");
  require(spin.systemCalls() == yields, "counts its system calls wrongly");
}

}  // namespace

int main() {
  alone();
  crowdedOut();
  answeredByTheCrowd();
  preempted();
  answeredByAnotherCore();
  asTold();
}
