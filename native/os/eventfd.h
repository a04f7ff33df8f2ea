// eventfd(2): the descriptor by which a sender wakes a receiver that sleeps in the kernel.

#pragma once

#include "os/unique_fd.h"

namespace uintr::os {

// Creates an eventfd with a counter of 0, close-on-exec and non-blocking.
UniqueFd createEventfd();

// Tells whether the descriptor is an eventfd. A descriptor of another kind that comes from another
// process could block the thread that writes it. Where /proc is not mounted every descriptor
// passes.
bool isEventfd(int fd);

// Wakes the threads that poll the eventfd; one system call. It fails only when the counter is full:
// after 2^64 - 1 calls, or because another holder of the same vector fd filled it.
void signalEventfd(int fd) noexcept;

}  // namespace uintr::os
