// How much memory the machine has left.

#pragma once

#include <cstdint>

namespace uintr::os {

// Returns how many bytes can be had without taking them from another process: what the kernel
// estimates, and free swap (proc(5), MemAvailable of /proc/meminfo). Without /proc all memory of
// the machine (sysinfo(2)), because what is free there leaves out what caches would give back.
std::uint64_t availableMemory();

}  // namespace uintr::os
