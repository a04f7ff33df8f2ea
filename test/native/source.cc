// Checks what raises vectors without a sender: native/core/source.h and Receiver::raise(), in every
// way of waiting except for the event loop (source-loop.cc).

#include "../../native/core/source.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "../../native/backends/software/software_backend.h"
#include "../../native/core/receiver.h"
#include "../../native/core/wait_sync.h"
#include "../../native/os/eventfd.h"
#include "sources.h"

namespace {

using namespace std::chrono_literals;
using uintr::bitOf;
using uintr::BusyPoll;
using uintr::Receiver;
using uintr::test::EventfdSource;
using uintr::test::MemorySource;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

// Tells the receiver itself.
class RaisingSource final : public uintr::Source {
 public:
  RaisingSource(Receiver& receiver, int vector) : receiver_(receiver), vector_(vector) {}

  std::uint64_t raised() const noexcept override { return 0; }
  int take(std::uint64_t) noexcept override { return 0; }
  int descriptor() const noexcept override { return eventfd.get(); }
  void onReady() noexcept override { receiver_.raise(vector_); }

  uintr::os::UniqueFd eventfd = uintr::os::createEventfd();

 private:
  Receiver& receiver_;
  int vector_;
};

struct Fixture {
  uintr::ReceiverCounters counters{};
  Receiver receiver{uintr::software::backend(), {}, counters};
  BusyPoll busyPoll{BusyPoll::Micros::zero()};
  int waitSync(std::chrono::microseconds limit = 60s) {
    return uintr::waitSync(receiver, busyPoll, limit, 0us);
  }
};

void raisesFromItsOwnThread() {
  Fixture f;
  f.receiver.raise(3);
  f.receiver.raise(63);
  f.receiver.raise(3);
  require(f.receiver.pending() == (bitOf(3) | bitOf(63)), "raised vectors are not pending");
  require(f.receiver.park(uintr::Activity::ParkedOnEventfd) == Receiver::Sleep::None,
          "parks although a vector is raised");
  require(f.waitSync() == 63, "does not take the highest first");
  require(f.waitSync() == 3, "loses a raised vector");
  require(f.waitSync(0us) == -1, "takes a vector twice");
  require(f.counters.posts == 3 && f.counters.deliveries == 2, "miscounts what merged");
}

void unparksByRaising() {
  Fixture f;
  require(f.receiver.park(uintr::Activity::ParkedOnEventfd) == Receiver::Sleep::Long,
          "stays awake");
  f.receiver.raise(1);
  require(!f.receiver.isParked(), "stays parked with a raised vector");
}

void staysMasked() {
  Fixture f;
  MemorySource source(2);
  f.receiver.add(source);
  source.posts = 1;
  f.receiver.raise(1);
  f.receiver.clui();
  require(f.receiver.pending() == 0 && f.waitSync(1ms) == -1, "takes a vector while masked");
  f.receiver.stui();
  require(f.waitSync() == 2 && f.waitSync() == 1, "loses a vector that was raised while masked");
  f.receiver.remove(source);
}

void takesFromMemory() {
  Fixture f;
  MemorySource first(7);
  MemorySource second(7);
  f.receiver.add(first);
  f.receiver.add(second);
  first.posts = 2;
  second.posts = 1;
  require(f.waitSync() == 7 && f.waitSync(0us) == -1, "is not one interrupt, whoever raised it");
  require(f.counters.posts == 3, "miscounts the posts of sources");
  first.posts = 1;
  f.receiver.remove(first);
  require(f.waitSync(0us) == -1, "takes from a source that was removed");
  f.receiver.remove(second);
}

// A source with a descriptor beside `inlets` vector fds.
void wakesFromSleep(int inlets, bool sleepBefore) {
  Fixture f;
  std::vector<uintr::os::UniqueFd> vectorFds;
  for (int i = 0; i < inlets; ++i) vectorFds.push_back(f.receiver.createVectorFd(i).fd);
  // The sets of descriptors are made by the first sleep.
  if (sleepBefore) require(f.waitSync(1ms) == -1, "finds what is not there");
  EventfdSource source(40);
  RaisingSource raising(f.receiver, 41);
  f.receiver.add(source);
  f.receiver.add(raising);
  require(!f.receiver.canParkOnFutex(), "would sleep through a descriptor");
  for (int i = 0; i < 3; ++i) {
    for (auto* eventfd : {&source.eventfd, &raising.eventfd}) {
      std::jthread signal([&] { uintr::os::signalEventfd(eventfd->get()); });
      require(f.waitSync() == (eventfd == &source.eventfd ? 40 : 41),
              "is not woken by a descriptor");
    }
  }
  require(source.readies == 3, "is told more than once per event");
  f.receiver.remove(source);
  uintr::os::signalEventfd(source.eventfd.get());
  f.receiver.pollSources();
  require(f.waitSync(1ms) == -1 && source.readies == 3, "is told after it was removed");
  f.receiver.remove(raising);
  const double systemCalls = f.counters.systemCalls;
  f.receiver.pollSources();
  require(f.counters.systemCalls == systemCalls, "makes system calls for sources that are gone");
  require(f.receiver.canParkOnFutex() == (inlets > 0 && inlets < 128),
          "does not sleep on a futex again");
  // A source that is added again works, with the same sets of descriptors.
  f.receiver.add(source);
  require(f.waitSync() == 40, "forgets a source that was added again");
  f.receiver.remove(source);
}

void isSeenWhileSpinning() {
  Fixture f;
  f.busyPoll = BusyPoll{BusyPoll::Micros{60'000'000}};
  EventfdSource source(5);
  f.receiver.add(source);
  std::jthread signal([&] { uintr::os::signalEventfd(source.eventfd.get()); });
  require(f.waitSync() == 5, "spins past a descriptor");
  require(f.counters.sleeps == 0, "sleeps although it may spin");
  f.receiver.remove(source);
}

// More than one call of epoll_wait tells of.
void tellsAllOfMany() {
  Fixture f;
  std::vector<std::unique_ptr<EventfdSource>> sources;
  for (int i = 0; i < 150; ++i) {
    sources.push_back(std::make_unique<EventfdSource>(i % 64));
    f.receiver.add(*sources.back());
    uintr::os::signalEventfd(sources.back()->eventfd.get());
  }
  int posts = 0;
  while (f.waitSync(0us) >= 0) {
  }
  for (const auto& source : sources) {
    posts += source->readies;
    f.receiver.remove(*source);
  }
  require(posts == 150 && f.counters.posts == 150, "leaves sources out, or tells them twice");
}

}  // namespace

int main() {
  raisesFromItsOwnThread();
  unparksByRaising();
  staysMasked();
  takesFromMemory();
  for (const int inlets : {0, 1, 3, 200}) {
    wakesFromSleep(inlets, false);
    wakesFromSleep(inlets, true);
  }
  isSeenWhileSpinning();
  tellsAllOfMany();
}
