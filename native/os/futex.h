// futex(2) and futex_waitv: sleeping on words of memory, and waking the sleepers.

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace uintr::os {

// One word to sleep on, and its value while there is nothing to wake up for.
struct FutexWait {
  const std::atomic<std::uint32_t>* word;
  std::uint32_t expected;
};

// The largest number of words that futex_waitv takes (linux/futex.h, FUTEX_WAITV_MAX).
inline constexpr std::size_t kFutexWaitMax = 128;

// Tells whether the kernel can sleep on several words (Linux 5.16). The kernel is asked once per
// process, by a call without side effects.
bool hasFutexWaitv() noexcept;

// Sleeps until another thread wakes one of the words, or the timeout is over. Returns at once when
// a word no longer has its expected value, and sometimes for no reason: look again afterwards.
// Calls FUTEX_WAIT for one word, futex_waitv for several; the words may be shared between
// processes.
void futexWait(std::span<const FutexWait> waits, std::chrono::nanoseconds timeout) noexcept;

// Wakes all threads that sleep on the word; one system call. Returns whether there were any.
bool futexWake(const std::atomic<std::uint32_t>* word) noexcept;

}  // namespace uintr::os
