// Threads post to a receiver that parks whenever nothing is pending, by native/protocol/post.h
// alone. Each sender waits until its post was seen, so a lost wake-up is a standstill. Prints the
// number of sleeps that timed out although a vector was pending; the exit status is 1 if there were
// any.
//
// Usage: hammer futex|eventfd POSTS [mistaken]

#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include "../../native/protocol/post.h"

using namespace uintr;

namespace {

constexpr int kVector = 40;
constexpr int kSenders = 3;
constexpr int kStandstillMs = 2000;

StatePage statePage{};
Upid upid{};
std::array<std::atomic<long>, kSenders> posted{};
std::array<std::atomic<long>, kSenders> seen{};
bool onFutex = false;
bool mistaken = false;
int wakeFd = -1;

std::atomic<std::uint32_t>* word() {
  return wordOf(upid.pir, kVector);
}

// Posts as native/core/sender.cc does.
void post() {
  raise(upid, bitOf(kVector));
  const StateWord state = loadState(statePage);
  if (activityOf(state) == Activity::Running) return;
  notify(upid, state, [&] {
    if (activityOf(state) == Activity::ParkedOnFutex) {
      return ::syscall(SYS_futex, word(), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0) > 0;
    }
    const std::uint64_t one = 1;
    if (::write(wakeFd, &one, sizeof one) < 0) std::abort();
    return true;
  });
}

void send(int self, long posts) {
  unsigned luck = 12345U + static_cast<unsigned>(self);
  for (long number = 1; number <= posts; ++number) {
    // relaxed: the raise orders it, and the raise is under test.
    posted[self].store(number, std::memory_order_relaxed);
    post();
    while (seen[self].load(std::memory_order_relaxed) < number) std::this_thread::yield();
    luck = luck * 1664525U + 1013904223U;
    for (unsigned spin = luck >> 22; spin > 0; --spin)
      std::atomic_signal_fence(std::memory_order_seq_cst);
  }
}

// Returns false when the time is up.
bool sleepUntilWoken() {
  if (onFutex) {
    const std::uint32_t expected = word()->load(std::memory_order_relaxed);
    if ((expected & bitOf(kVector % 32)) != 0) return true;
    const timespec timeout{.tv_sec = kStandstillMs / 1000, .tv_nsec = 0};
    return ::syscall(SYS_futex, word(), FUTEX_WAIT, expected, &timeout, nullptr, 0) == 0 ||
           errno != ETIMEDOUT;
  }
  pollfd entry{.fd = wakeFd, .events = POLLIN, .revents = 0};
  if (::poll(&entry, 1, kStandstillMs) == 0) return false;
  std::uint64_t count = 0;
  return ::read(wakeFd, &count, sizeof count) == sizeof count;
}

long receive(long posts) {
  const auto how = onFutex ? Activity::ParkedOnFutex : Activity::ParkedOnEventfd;
  const std::uint64_t bit = bitOf(kVector);
  long lost = 0;
  for (std::uint64_t parks = 1; lost == 0; ++parks) {
    take(upid, bit);
    long total = 0;
    for (int i = 0; i < kSenders; ++i) {
      const long number = posted[i].load(std::memory_order_relaxed);
      seen[i].store(number, std::memory_order_relaxed);
      total += number;
    }
    if (total == posts * kSenders) return lost;
    if (mistaken) {
      // Looks first and parks afterwards: a post in between wakes nobody.
      if (isRaised(upid, bit)) continue;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      park(statePage, how, parks);
    } else {
      park(statePage, how, parks);
      if (isRaised(upid, bit)) {
        unpark(statePage);
        continue;
      }
    }
    const bool woken = sleepUntilWoken();
    unpark(statePage);
    if (!woken && isRaised(upid, bit)) ++lost;
  }
  return lost;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  onFutex = std::string_view(argv[1]) == "futex";
  const long posts = std::atol(argv[2]);
  mistaken = argc > 3;
  wakeFd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i) senders.emplace_back(send, i, posts);
  const long lost = receive(posts);
  std::printf("%ld lost\n", lost);
  std::fflush(stdout);
  if (lost > 0) std::_Exit(1);  // the senders wait forever
  for (auto& sender : senders) sender.join();
  return 0;
}
