// Closes descriptors on a thread of its own, for those whose close(2) may block: see foreign_fd.h.

#pragma once

namespace uintr::os {

// Takes over the descriptor, and never blocks. Usable on any thread, and until the process ends.
void closeElsewhere(int fd) noexcept;

}  // namespace uintr::os
