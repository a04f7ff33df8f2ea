// Tests by itself when native/core/busy_poll.h would spin. Prints what is wrong. The exit status is
// 1 if anything is, and 77 where there is one CPU only, which the test cannot use.

#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

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
constexpr int kMany = 1000;  // interrupts that pay for a spin in vain
constexpr int kVeryMany = 1'000'000;

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

// Longer than the patience of a receiver whose spins do not pay.
void patienceIsOver() {
  std::this_thread::sleep_for(80ms);
}

void inVain() {
  BusyPoll busyPoll = automatic();
  int before = shortSleepsBefore(busyPoll);
  for (int i = 0; i < 3; ++i) {
    busyPoll.spun(0);
    expect(spins(busyPoll), "has no patience");
    busyPoll.slept(kLong);
    expect(spins(busyPoll), "has no patience after a long sleep");
    patienceIsOver();
    busyPoll.spun(0);
    expect(!spins(busyPoll), "spins on although it was in vain for long");
    const int now = shortSleepsBefore(busyPoll);
    expect(now > before, "spins in vain do not make it more careful");
    before = now;
  }
  for (int i = 0; i < 20; ++i) {
    patienceIsOver();
    busyPoll.spun(0);
    expect(shortSleepsBefore(busyPoll) < kVeryMany, "gives up forever");
  }
}

void few() {
  BusyPoll busyPoll = automatic();
  shortSleepsBefore(busyPoll);
  busyPoll.spun(10);
  patienceIsOver();
  busyPoll.spun(0);
  expect(!spins(busyPoll), "spins on although ten interrupts do not pay for a spin in vain");
}

void thatPaid() {
  BusyPoll busyPoll = automatic();
  const int before = shortSleepsBefore(busyPoll);
  patienceIsOver();
  busyPoll.spun(0);
  shortSleepsBefore(busyPoll);
  for (int i = 0; i < 3; ++i) {
    patienceIsOver();
    busyPoll.spun(kMany);
    busyPoll.spun(0);
    expect(spins(busyPoll), "stops although it paid");
    busyPoll.slept(kLong);
  }
  patienceIsOver();
  busyPoll.spun(0);
  expect(!spins(busyPoll), "spins on long after it paid");
  expect(shortSleepsBefore(busyPoll) < 10 * before, "what paid does not restore its courage");
}

void pinToOneCpu() {
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  }
  sched_setaffinity(0, sizeof one, &one);
}

// Each interrupt comes with a context switch, as where the peer shares this core.
void crowded() {
  BusyPoll busyPoll = automatic();
  const int before = shortSleepsBefore(busyPoll);
  patienceIsOver();
  pinToOneCpu();
  std::atomic<bool> ends = false;
  std::thread other([&] {
    while (!ends) sched_yield();
  });
  for (int caught = 0; caught < kMany; ++caught) {
    const long switches = os::involuntarySwitches();
    while (os::involuntarySwitches() == switches) sched_yield();
    busyPoll.spun(1);
  }
  ends = true;
  other.join();
  expect(!spins(busyPoll), "spins on although another thread wanted the core");
  expect(shortSleepsBefore(busyPoll) > before, "is not more careful where the core is wanted");
}

void asTold() {
  BusyPoll told(50us);
  for (const bool came : {false, true, false}) {
    expect(told.limit() == 50us, "does not do as it is told");
    told.spun(came ? 1 : 0);
    told.slept(kLong);
  }
  expect(!told.isAdaptive(), "wants to know how long sleeps take");
  expect(!spins(BusyPoll(0us)), "spins although it is told not to");
}

void onOneCpu() {
  pinToOneCpu();
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
  few();
  thatPaid();
  asTold();
  crowded();
  onOneCpu();
  return failed ? 1 : 0;
}
