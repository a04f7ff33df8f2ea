#include "os/closer.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

namespace uintr::os {

namespace {

using Clock = std::chrono::steady_clock;

// A close that takes longer than this is stuck, and another thread goes on with the others.
constexpr std::chrono::milliseconds kStuck{20};
// How long a thread without work stays.
constexpr std::chrono::milliseconds kIdle{100};
// A thread costs some 30 KiB. Once so many are stuck, descriptors wait for one of them.
constexpr unsigned kMaxThreads = 64;
constexpr std::size_t kStackSize = std::size_t{256} * 1024;
// So many descriptors may wait before a caller lets other threads of its core run.
constexpr std::size_t kPlenty = 32;

// One thread at a time, the leader, takes descriptors from the queue. While it closes one, another
// thread stands by, and takes its place if it is stuck.
class Closer {
 public:
  void give(int fd) {
    std::size_t waiting = 0;
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(fd);
      waiting = queue_.size();
      ensureStandby();
    }
    changed_.notify_one();
    // On one core a loop that opens and closes would run out of descriptors within its time slice.
    if (waiting > kPlenty) ::sched_yield();
  }

 private:
  // Without a thread (RLIMIT_NPROC) the descriptors wait: the next call tries again.
  void ensureStandby() {
    if (idle_ > 0 || threads_ == kMaxThreads || !startThread()) return;
    ++threads_;
    ++idle_;
  }

  bool startThread() {
    pthread_attr_t attributes;
    if (::pthread_attr_init(&attributes) != 0) return false;
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    ::pthread_attr_setstacksize(&attributes, kStackSize);
    // The signals of the process are for its other threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    const auto run = [](void* closer) -> void* {
      static_cast<Closer*>(closer)->run();
      return nullptr;
    };
    const int error = ::pthread_create(&thread, &attributes, run, this);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_attr_destroy(&attributes);
    if (error != 0) return false;
    ::pthread_setname_np(thread, "uintr-closer");
    return true;
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (queue_.empty()) {
        const bool changed = changed_.wait_for(lock, kIdle, [this] { return !queue_.empty(); });
        if (!changed) break;
      } else if (leaderIsClosing_ && Clock::now() < leaderIsStuckAt_) {
        changed_.wait_until(lock, leaderIsStuckAt_);
      } else {
        closeNext(lock);
      }
    }
    --idle_;
    --threads_;
  }

  void closeNext(std::unique_lock<std::mutex>& lock) {
    const int fd = queue_.front();
    queue_.pop_front();
    const unsigned leadership = ++leaderships_;
    leaderIsClosing_ = true;
    leaderIsStuckAt_ = Clock::now() + kStuck;
    --idle_;
    if (!queue_.empty()) ensureStandby();
    lock.unlock();
    ::close(fd);
    lock.lock();
    ++idle_;
    if (leadership == leaderships_) leaderIsClosing_ = false;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  // All of these are guarded by the mutex.
  std::deque<int> queue_;
  unsigned threads_ = 0;
  unsigned idle_ = 0;  // threads that close nothing at the moment
  bool leaderIsClosing_ = false;
  Clock::time_point leaderIsStuckAt_;
  unsigned leaderships_ = 0;  // changes when another thread takes the lead
};

}  // namespace

void closeElsewhere(int fd) noexcept {
  // Never destroyed: threads use it until the process ends. The addon is never unloaded, either,
  // not even with the last worker that has loaded it (-z nodelete in binding.gyp).
  static Closer* const closer = std::make_unique<Closer>().release();
  closer->give(fd);
}

}  // namespace uintr::os
