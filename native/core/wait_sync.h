// How a receiver sleeps when its thread has nothing else to do: waitSync.

#pragma once

#include <chrono>

#include "core/busy_poll.h"
#include "core/receiver.h"

namespace uintr {

// Takes the highest pending vector; with none there, waits for at most `limit`: it spins for at
// most what `busyPoll` allows, then sleeps. `waited`: for how long this wait has lasted already,
// which counts towards the spinning. Returns -1 when there is still none. Throws os::SystemError
// when there are no descriptors left to sleep on.
int waitSync(Receiver& receiver, BusyPoll& busyPoll, std::chrono::microseconds limit,
             std::chrono::microseconds waited);

}  // namespace uintr
