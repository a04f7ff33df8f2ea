// How a receiver sleeps when its thread has nothing else to do: waitSync.

#pragma once

#include <chrono>

#include "receiver.h"

namespace uintr {

// Takes the highest pending vector; with none there, spins for at most `spin`, then sleeps for at
// most `sleep`. Returns -1 when there is still none.
int waitSync(Receiver& receiver, std::chrono::microseconds spin, std::chrono::milliseconds sleep);

}  // namespace uintr
