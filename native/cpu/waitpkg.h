// The WAITPKG instructions (SDM vol. 2, UMONITOR, UMWAIT, TPAUSE): a spinning thread rests for a
// while, or until a cache line is written. Meanwhile other threads have the rest of the core (its
// other hyper-thread) and of the power budget.

#pragma once

#include <cstdint>

namespace uintr::waitpkg {

// Tells whether the CPU has the instructions. If not, nothing else here may be called.
bool isThere();

// Arms the monitor of the cache line at `line`. Look at the line afterwards, then rest().
void monitor(const void* line);

// Rests in C0.1, the lighter state, until the monitored cache line is written, an interrupt comes,
// or the cycles (of the time stamp counter) are over. UMWAIT.
void rest(std::uint32_t cycles);

// Rests likewise without a monitored cache line. TPAUSE, because UMWAIT does not rest unless the
// monitor is armed.
void pause(std::uint32_t cycles);

}  // namespace uintr::waitpkg
