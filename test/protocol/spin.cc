// Checks native/spin.h on a CPU that seems to have WAITPKG: the instructions themselves are
// replaced here, so that what is done around them can be seen.

#include "../../native/spin.h"

#include <cstdio>
#include <cstdlib>

namespace {

int line;  // what would be monitored
int monitors = 0;
int rests = 0;
bool lookedSinceMonitor = false;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

}  // namespace

namespace uintr::waitpkg {

bool isThere() {
  return true;
}

void monitor(const void* address) {
  require(address == &line, "monitors another line");
  ++monitors;
  lookedSinceMonitor = false;
}

void rest(std::uint32_t cycles) {
  require(cycles > 0 && cycles <= 100'000, "rests for longer than Linux allows by default");
  require(lookedSinceMonitor, "rests without a look after arming the monitor");
  ++rests;
}

}  // namespace uintr::waitpkg

int main() {
  using namespace std::chrono_literals;
  using uintr::Spin;

  const auto never = [] {
    lookedSinceMonitor = true;
    return false;
  };
  require(!Spin(1ms).until(never, &line), "finds what is not there");
  require(monitors > 0 && rests == monitors, "does not rest while nothing comes");

  // What is written between arming the monitor and resting is seen, and there is no rest.
  monitors = rests = 0;
  const auto onceMonitored = [] {
    lookedSinceMonitor = true;
    return monitors > 0;
  };
  require(Spin(1s).until(onceMonitored, &line), "misses what comes before the rest");
  require(monitors == 1 && rests == 0, "rests although something came");

  // Several lines cannot be monitored.
  monitors = rests = 0;
  require(!Spin(1ms).until(never), "finds what is not there");
  require(monitors == 0 && rests == 0, "monitors no line in particular");
}
