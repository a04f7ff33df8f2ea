// Tests by itself when native/core/busy_poll.h would spin. Prints what is wrong. The exit status is
// 1 if anything is, and 77 where there is one CPU only, which the test cannot use.

#include <sched.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "../../native/core/busy_poll.h"

using namespace uintr;
using namespace std::chrono_literals;

namespace {

bool failed = false;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("%s\n", what);
  failed = true;
}

bool spins(const BusyPoll& busyPoll) {
  return busyPoll.limit() > BusyPoll::Micros::zero();
}

BusyPoll automatic() {
  return BusyPoll(std::nullopt);
}

constexpr auto kShort = 30us;
constexpr auto kLong = 5ms;
constexpr int kVeryMany = 100'000;

// Counts the short sleeps until it spins.
int shortSleepsBefore(BusyPoll& busyPoll) {
  int count = 0;
  while (!spins(busyPoll) && count < kVeryMany) {
    busyPoll.slept(kShort);
    ++count;
  }
  return count;
}

void theFirstSpin() {
  BusyPoll busyPoll = automatic();
  expect(!spins(busyPoll), "spins before it has slept");
  busyPoll.slept(kShort);
  expect(!spins(busyPoll), "spins after one short sleep");
  busyPoll.slept(kShort);
  expect(spins(busyPoll), "does not spin after two short sleeps");
}

void longSleeps() {
  BusyPoll busyPoll = automatic();
  for (int i = 0; i < 1000; ++i) {
    busyPoll.slept(kShort);
    busyPoll.slept(kLong);
    expect(!spins(busyPoll), "spins although there was a long sleep in between");
  }
}

void inVain() {
  BusyPoll busyPoll = automatic();
  int before = shortSleepsBefore(busyPoll);
  for (int i = 0; i < 3; ++i) {
    busyPoll.spun(false, false);
    expect(!spins(busyPoll), "spins at once after a spin in vain");
    const int now = shortSleepsBefore(busyPoll);
    expect(now > before, "a spin in vain does not make it more careful");
    before = now;
  }
  for (int i = 0; i < 100; ++i) {
    busyPoll.spun(false, false);
    expect(shortSleepsBefore(busyPoll) < kVeryMany, "gives up forever");
  }
}

void thatPaid() {
  BusyPoll busyPoll = automatic();
  const int before = shortSleepsBefore(busyPoll);
  busyPoll.spun(false, false);
  shortSleepsBefore(busyPoll);
  busyPoll.spun(true, false);
  expect(spins(busyPoll), "stops although it paid");
  busyPoll.slept(kLong);
  expect(shortSleepsBefore(busyPoll) == before, "a spin that paid does not restore its courage");
}

void crowded() {
  BusyPoll busyPoll = automatic();
  const int before = shortSleepsBefore(busyPoll);
  busyPoll.spun(true, true);
  expect(!spins(busyPoll), "spins on although another thread wanted the core");
  expect(shortSleepsBefore(busyPoll) > before, "is not more careful where the core is wanted");
}

void asTold() {
  BusyPoll told(50us);
  for (const bool came : {false, true, false}) {
    expect(told.limit() == 50us, "does not do as it is told");
    told.spun(came, true);
    told.slept(kLong);
  }
  expect(!told.isAdaptive(), "wants to know how long sleeps take");
  expect(!spins(BusyPoll(0us)), "spins although it is told not to");
}

void onOneCpu() {
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  }
  sched_setaffinity(0, sizeof one, &one);
  BusyPoll busyPoll = automatic();
  expect(shortSleepsBefore(busyPoll) == kVeryMany, "spins where there is one CPU only");
  expect(!busyPoll.isAdaptive(), "wants to know how long sleeps take where it never spins");
}

}  // namespace

int main() {
  if (os::allowedCpus() < 2) return 77;
  theFirstSpin();
  longSleeps();
  inVain();
  thatPaid();
  crowded();
  asTold();
  onOneCpu();
  return failed ? 1 : 0;
}
