#pragma once

#include "os/unique_fd.h"

namespace uintr::os {

UniqueFd createEventfd();

// Whether the descriptor is an eventfd. A descriptor of another kind, from another process, could
// block whoever writes it. Where /proc is not mounted nothing can be said, and it passes.
bool isEventfd(int fd);

// Wakes whoever polls the eventfd; one system call. It fails only when the counter is full, after
// 2^64 - 1 calls or at the whim of another holder of the same vector fd.
void signalEventfd(int fd) noexcept;

}  // namespace uintr::os
