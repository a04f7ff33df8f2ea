#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace uintr::os {

// One word to sleep on, and the value it has while there is nothing to wake up for.
struct FutexWait {
  const std::atomic<std::uint32_t>* word;
  std::uint32_t expected;
};

// What futex_waitv(2) takes at the most (linux/futex.h, FUTEX_WAITV_MAX).
inline constexpr std::size_t kFutexWaitMax = 128;

// Whether the kernel can sleep on several words (Linux 5.16). Asked once per process, without side
// effects.
bool hasFutexWaitv() noexcept;

// Sleeps until one of the words no longer has its expected value and somebody woke it, or the time
// is up. Wakes spuriously as well: look again afterwards. One word is FUTEX_WAIT, several are
// futex_waitv; the words may be shared between processes.
void futexWait(std::span<const FutexWait> waits, std::chrono::nanoseconds timeout) noexcept;

// Wakes all who sleep on the word; one system call. Whether there was anybody.
bool futexWake(const std::atomic<std::uint32_t>* word) noexcept;

}  // namespace uintr::os
