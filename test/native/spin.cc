// Tests native/core/spin.h on a CPU that seems to have WAITPKG, and on one without it. This program
// replaces the instructions and the clock, so it can see their order; each step advances the clock.

#include "../../native/core/spin.h"

#include <time.h>

#include <cstdio>
#include <cstdlib>

namespace {

long now = 1'000'000'000;  // nanoseconds
int line;                  // the cache line to monitor
bool there = true;
int monitors = 0;
int rests = 0;
int pauses = 0;
int looks = 0;
int yields = 0;
bool armed = false;
bool lookedSinceMonitor = false;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

}  // namespace

// The linker prefers these two functions to libc's; libstdc++ calls the first as well.
extern "C" int clock_gettime(clockid_t, timespec* time) noexcept {
  *time = {.tv_sec = now / 1'000'000'000, .tv_nsec = now % 1'000'000'000};
  return 0;
}

extern "C" int sched_yield() noexcept {
  ++yields;
  return 0;
}

namespace uintr::waitpkg {

bool isThere() {
  return there;
}

void monitor(const void* address) {
  require(there, "UMONITOR on a CPU without it");
  require(address == &line, "monitors another line");
  ++monitors;
  armed = true;
  lookedSinceMonitor = false;
}

// Linux allows 100,000 cycles by default (IA32_UMWAIT_CONTROL), about 50 us.
void rest(std::uint32_t cycles) {
  require(there, "UMWAIT on a CPU without it");
  require(cycles > 0 && cycles <= 10'000, "rests for long before the clock is asked again");
  require(armed, "rests with nothing armed: UMWAIT returns at once");
  require(lookedSinceMonitor, "rests without a look after arming the monitor");
  armed = false;
  now += cycles;
  ++rests;
}

void pause(std::uint32_t cycles) {
  require(there, "TPAUSE on a CPU without it");
  require(cycles > 0 && cycles <= 500, "pauses for more than a fraction of a microsecond");
  now += cycles;
  ++pauses;
}

}  // namespace uintr::waitpkg

namespace {

using namespace std::chrono_literals;
using uintr::Spin;

bool look(bool found) {
  lookedSinceMonitor = true;
  ++looks;
  now += 50;  // the time of a look and of the pause before it
  return found;
}

void reset(bool isThere) {
  there = isThere;
  monitors = rests = pauses = looks = yields = 0;
  armed = false;
}

// The spin reads the clock every one or two microseconds, so it ends soon after its time.
void endsInTime(const void* where) {
  Spin spin(1ms);
  const long start = now;
  require(!spin.until([] { return look(false); }, where), "finds what is not there");
  const long took = now - start;
  require(took >= 1'000'000, "gives up before the time is up");
  require(took < 1'020'000, "goes on after the time is up");
  require(yields > 1, "keeps its core from others");
  require(spin.systemCalls() == yields, "counts its system calls wrongly");
}

void oneLine() {
  reset(true);
  endsInTime(&line);
  require(monitors > 0 && rests == monitors, "does not rest while nothing comes");
  require(pauses == 0, "pauses although there is a line to monitor");
}

// A write between arming the monitor and resting is seen, and prevents the rest.
void writtenInBetween() {
  reset(true);
  require(Spin(1s).until([] { return look(monitors > 0); }, &line),
          "misses what comes before the rest");
  require(monitors == 1 && rests == 0, "rests although something came");
}

void writtenWhileResting() {
  reset(true);
  require(Spin(1s).until([] { return look(rests > 0); }, &line), "misses what ends the rest");
  require(monitors == 1 && rests == 1, "rests again although something came");
  // The write is seen even if the time is up after the rest.
  reset(true);
  require(Spin(1us).until([] { return look(rests > 0); }, &line), "misses what ends the last rest");
}

void severalLines() {
  reset(true);
  endsInTime(nullptr);
  require(monitors == 0 && rests == 0, "monitors no line in particular");
  require(pauses > 0, "does not pause between two looks");
  reset(true);
  int seen = 0;
  require(Spin(1s).until([&] {
    require(pauses <= seen + 1, "pauses twice without a look");
    seen = pauses;
    return look(pauses == 3);
  }),
          "misses what comes during a pause");
  require(pauses == 3, "pauses again although something came");
}

void withoutThem() {
  for (const void* where : {static_cast<const void*>(&line), static_cast<const void*>(nullptr)}) {
    reset(false);
    endsInTime(where);
    require(monitors + rests + pauses == 0, "uses what the CPU has not");
  }
}

// An answer at once is seen before any of these instructions, and before any system call.
void atOnce() {
  reset(true);
  Spin spin(1s);
  require(spin.until([] { return look(looks > 100); }, &line), "misses what is there");
  require(monitors + rests + pauses + spin.systemCalls() == 0, "yields too early");
}

}  // namespace

int main() {
  oneLine();
  writtenInBetween();
  writtenWhileResting();
  severalLines();
  withoutThem();
  atOnce();
}
