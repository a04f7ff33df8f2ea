#include "os/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "os/kernel_release.h"

namespace uintr::os {

namespace {

// The number is the same on every architecture; headers before Linux 5.16 lack it.
constexpr long kSysFutexWaitv = 449;
constexpr std::uint32_t kFutex32 = 2;  // FUTEX_32, or FUTEX2_SIZE_U32

// struct futex_waitv of linux/futex.h, under a name of our own because older headers lack it.
struct WaitvEntry {
  std::uint64_t value;
  std::uint64_t address;
  std::uint32_t flags;
  std::uint32_t reserved;
};

timespec toTimespec(std::chrono::nanoseconds duration) {
  return {.tv_sec = static_cast<time_t>(duration.count() / 1'000'000'000),
          .tv_nsec = static_cast<long>(duration.count() % 1'000'000'000)};
}

bool probeFutexWaitv() noexcept {
  // Before 5.16 the number was free, and Intel's first UINTR kernels (5.14) used it for
  // uintr_register_handler: never call it there.
  if (isKernelBefore(5, 16)) return false;
  // A call with no words gives EINVAL where the kernel has it, ENOSYS where it has not, and ENOSYS
  // or EPERM where a seccomp policy forbids it.
  return ::syscall(kSysFutexWaitv, nullptr, 0, 0, nullptr, 0) == -1 && errno == EINVAL;
}

}  // namespace

bool hasFutexWaitv() noexcept {
  static const bool available = probeFutexWaitv();  // a fact about the running kernel
  return available;
}

void futexWait(std::span<const FutexWait> waits, std::chrono::nanoseconds timeout) noexcept {
  if (waits.size() == 1) {
    const timespec relative = toTimespec(timeout);
    ::syscall(SYS_futex, waits[0].word, FUTEX_WAIT, waits[0].expected, &relative, nullptr, 0);
    return;
  }
  std::array<WaitvEntry, kFutexWaitMax> entries;
  for (std::size_t i = 0; i < waits.size(); ++i) {
    entries[i] = {.value = waits[i].expected,
                  .address = reinterpret_cast<std::uintptr_t>(waits[i].word),
                  .flags = kFutex32,
                  .reserved = 0};
  }
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto deadline =
      std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec) + timeout;
  const timespec absolute = toTimespec(deadline);  // futex_waitv takes a deadline, not a duration
  ::syscall(kSysFutexWaitv, entries.data(), waits.size(), 0, &absolute, CLOCK_MONOTONIC);
}

bool futexWake(const std::atomic<std::uint32_t>* word) noexcept {
  const int saved = errno;
  const bool woken = ::syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0) > 0;
  errno = saved;
  return woken;
}

}  // namespace uintr::os
