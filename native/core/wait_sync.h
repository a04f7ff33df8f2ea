// waitSync: how a receiver sleeps while its thread has nothing else to do.

#pragma once

#include <chrono>

#include "core/busy_poll.h"
#include "core/receiver.h"

namespace uintr {

// Takes the highest pending vector. While none is pending, waits for at most `limit`: spins for as
// long as `busyPoll` allows, then sleeps. `waited` says how long this wait has lasted already,
// which counts towards the spinning. Returns -1 when no vector came. Throws os::SystemError when
// there are no descriptors left to sleep on.
int waitSync(Receiver& receiver, BusyPoll& busyPoll, std::chrono::microseconds limit,
             std::chrono::microseconds waited);

}  // namespace uintr
