// The WAITPKG instructions (SDM vol. 2, UMONITOR, UMWAIT, TPAUSE): they let a spinning thread rest
// for a while, or until its line is written, which leaves the core's other hyper-thread and the
// power budget to those who work.

#pragma once

#include <cstdint>

namespace uintr::waitpkg {

// Whether the CPU has them. Nothing else here may be called where it has not.
bool isThere();

// Arms the monitor of the line. Look at the line afterwards, then rest().
void monitor(const void* line);

// Rests in C0.1, the lighter state, until the monitored line is written, an interrupt comes, or the
// cycles (of the time stamp counter) are over.
void rest(std::uint32_t cycles);

// The same without a line: UMWAIT would not rest, because nothing is armed.
void pause(std::uint32_t cycles);

}  // namespace uintr::waitpkg
