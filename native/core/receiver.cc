#include "core/receiver.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/vector_fd.h"
#include "cpu/hints.h"
#include "os/eventfd.h"
#include "os/futex.h"

namespace uintr {

Receiver::Receiver(const Backend& backend, const BackendOptions& options,
                   ReceiverCounters& counters)
    : counters_(counters),
      kind_(backend.kind()),
      backend_(backend.openReceiver(options)),
      statePage_(createPage("uintr-state", PageAccess::HoldersRead)),
      state_(statePage_.mapping.as<StatePage>()) {
}

Receiver::~Receiver() {
  closeState(*state_);
}

Receiver::NewVectorFd Receiver::createVectorFd(int vector) {
  auto inlet = std::make_unique<Inlet>(Inlet{.vector = vector,
                                             .inbox = backend_->open(vector),
                                             .eventfd = os::createEventfd(),
                                             .socket = {},
                                             .index = inlets_.size()});
  VectorFdPair pair = makeVectorFd({.vector = vector,
                                    .backend = kind_,
                                    .state = statePage_.fd.get(),
                                    .eventfd = inlet->eventfd.get(),
                                    .carrier = inlet->inbox.carrier.get()});
  inlet->socket = std::move(pair.receiverEnd);
  if (!inlet->inbox.carrierStandsAlone) inlet->inbox.carrier.reset();  // the bundle has it now
  if (sleepSet_) addToSleepSet(*inlet);
  looks_.reserve(looks_.size() + 1);
  inlets_.push_back(std::move(inlet));
  Inlet& added = *inlets_.back();
  looks_.push_back({.upid = added.inbox.upid.get(), .bit = bitOf(vector)});
  return {.inlet = added, .fd = std::move(pair.holderEnd)};
}

void Receiver::remove(Inlet& inlet) {
  const std::size_t index = inlet.index;
  const Look look = looks_[index];
  const bool allArrived = !inlet.inbox.arrivesLate || (!masked_ && backend_->fence());
  if (takeIfRaised(*look.upid, look.bit)) addRaised(look.bit);
  if (!allArrived) {
    if (latePosts_.isEmpty()) sources_.add(latePosts_);
    latePosts_.expect(std::move(inlet.inbox), look.bit);
  }
  // By hand: closing is not enough while a bundle that somebody holds has the eventfd, too.
  if (sleepSet_) {
    sleepSet_->remove(inlet.eventfd.get());
    ++counters_.systemCalls;
  }
  // The last inlet takes its place.
  std::swap(inlets_[index], inlets_.back());
  inlets_[index]->index = index;
  looks_[index] = looks_.back();
  looks_.pop_back();
  inlets_.pop_back();
}

void Receiver::stui() {
  masked_ = false;
  backend_->stui();
}

void Receiver::clui() {
  backend_->clui();
  masked_ = true;
}

std::uint64_t Receiver::pending() const {
  if (masked_) return 0;
  std::uint64_t vectors = raisedHere_;
  for (const Look& look : looks_) {
    if (isRaised(*look.upid, look.bit)) vectors |= look.bit;
  }
  return sources_.isEmpty() ? vectors : sources_.raised(vectors);
}

// Spinning with the cache line of each descriptor fetched for writing spares the take that fetch;
// a sender needs the cache line for itself in either case.
std::uint64_t Receiver::pendingForNextWriter() const {
  for (const Look& look : looks_) fetchToWrite(look.upid);
  return pending();
}

std::uint64_t Receiver::spin(Spin& spin, std::uint64_t wanted, const OtherWork* otherWork) {
  std::uint64_t vectors = pendingForNextWriter() & wanted;
  if (vectors != 0) return vectors;  // without a spin
  // A short loop: between hyper-threads of one core each of its instructions slows the sender.
  const auto look = [&] { return (vectors = pendingForNextWriter() & wanted) != 0; };
  const int systemCalls = spin.systemCalls();
  if (!sources_.haveDescriptors() && otherWork == nullptr) {
    const bool isOnlyLook = looks_.size() == 1 && sources_.isEmpty();
    spin.until(look, isOnlyLook ? looks_.front().upid : nullptr);
  } else {
    // A system call per look would cost the senders' interrupts more than it gains the sources.
    constexpr unsigned kLooksPerPoll = 32;
    unsigned looks = 0;
    spin.until([&] {
      if (++looks % kLooksPerPoll != 0) return look();
      pollSources();
      return look() || (otherWork != nullptr && otherWork->isThere());
    });
  }
  ++(vectors != 0 ? counters_.spinsPaid : counters_.spinsVain);
  counters_.systemCalls += spin.systemCalls() - systemCalls;
  return vectors;
}

std::uint64_t Receiver::spinBriefly(std::uint64_t wanted) {
  std::uint64_t vectors = pendingForNextWriter() & wanted;
  if (vectors != 0) return vectors;
  // A spin in vain is not counted here: another spin follows, and is counted.
  if (Spin::briefly([&] { return (vectors = pendingForNextWriter() & wanted) != 0; })) {
    ++counters_.spinsPaid;
  }
  return vectors;
}

void Receiver::raise(int vector) {
  addRaised(bitOf(vector));
  unpark();  // in the event loop, which otherwise takes silence for "nobody posted"
}

// For a later take(), which counts one post: a post that merges with it is counted here.
void Receiver::addRaised(std::uint64_t bit) {
  if ((raisedHere_ & bit) != 0) ++counters_.posts;
  raisedHere_ |= bit;
}

void Receiver::pollDescriptors() {
  sources_.poll();
  ++counters_.systemCalls;
}

bool Receiver::take(int vector) {
  const std::uint64_t bit = bitOf(vector);
  int posts = (raisedHere_ & bit) != 0 ? 1 : 0;
  raisedHere_ &= ~bit;
  // From everywhere at once: to the receiver a vector is one interrupt, whoever raised it.
  for (const Look& look : looks_) {
    if (look.bit == bit && takeIfRaised(*look.upid, bit)) ++posts;
  }
  if (!sources_.isEmpty()) [[unlikely]] {
    posts += sources_.take(bit);
  }
  if (posts == 0) return false;
  counters_.posts += posts;
  ++counters_.deliveries;
  return true;
}

void Receiver::putBack(int vector) {
  raise(vector);
  --counters_.posts;
  --counters_.deliveries;
}

int Receiver::takeHighest(std::uint64_t vectors) {
  // Only those that were pending: a holder that raises and clears its bit all the time must not
  // keep us here.
  while (vectors != 0) {
    const int vector = std::bit_width(vectors) - 1;
    if (take(vector)) return vector;
    vectors &= ~bitOf(vector);
  }
  return -1;
}

Receiver::Sleep Receiver::park(Activity how, std::uint64_t wanted) {
  uintr::park(*state_, how, ++parks_);
  parked_ = true;
  const bool fenced = backend_->fence();
  if (fenced && !masked_ && !latePosts_.isEmpty()) collectLatePosts();
  sources_.beforeSleep();
  if ((pending() & wanted) != 0) {
    unpark();
    return Sleep::None;
  }
  ++counters_.sleeps;
  return fenced ? Sleep::Long : Sleep::Brief;
}

// Once all of them have arrived.
void Receiver::collectLatePosts() {
  for (std::uint64_t vectors = latePosts_.raised(); vectors != 0; vectors &= vectors - 1) {
    const std::uint64_t bit = vectors & -vectors;
    for (int posts = latePosts_.take(bit); posts > 0; --posts) addRaised(bit);
  }
  latePosts_.clear();
  sources_.remove(latePosts_);
}

void Receiver::unpark() {
  if (!parked_) return;
  uintr::unpark(*state_);
  parked_ = false;
}

bool Receiver::canParkOnFutex() const {
  if (sources_.haveDescriptors()) return false;
  if (inlets_.empty() || inlets_.size() > os::kFutexWaitMax) return false;
  if (inlets_.size() > 1 && !os::hasFutexWaitv()) return false;
  return std::ranges::all_of(inlets_, [](const auto& inlet) { return inlet->inbox.wakesFutex; });
}

void Receiver::sleepOnFutex(std::chrono::nanoseconds timeout) {
  std::array<os::FutexWait, os::kFutexWaitMax> waits;
  std::size_t count = 0;
  for (const auto& inlet : inlets_) {
    const auto* word = wordOf(inlet->inbox.upid->pir, inlet->vector);
    // Whatever a holder scribbled beside its bit is what we expect to find: it keeps nobody awake.
    // relaxed: the kernel compares again, under the futex's lock.
    const std::uint32_t expected = word->load(std::memory_order_relaxed);
    if ((expected & bitOf(inlet->vector % 32)) != 0) return;
    waits[count++] = {.word = word, .expected = expected};
  }
  ++counters_.systemCalls;
  os::futexWait(std::span(waits).first(count), timeout);
}

void Receiver::sleepOnDescriptors(std::chrono::microseconds timeout) {
  if (!sleepSet_) {
    sleepSet_.emplace();
    ++counters_.systemCalls;
    try {
      for (const auto& inlet : inlets_) addToSleepSet(*inlet);
    } catch (...) {
      sleepSet_.reset();
      throw;
    }
  }
  if (sources_.descriptor() >= 0 && !sleepSetHasSources_) addSourcesToSleepSet();
  std::array<epoll_event, 64> events;
  // epoll_pwait2, which takes nanoseconds, is Linux 5.11.
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(timeout);
  ++counters_.systemCalls;
  sleepSet_->wait(events, static_cast<int>(rounded.count()));
  pollSources();
}

void Receiver::addToSleepSet(const Inlet& inlet) {
  // Edge-triggered, so that an eventfd need not be read to fall silent.
  sleepSet_->add(inlet.eventfd.get(), EPOLLIN | EPOLLET);
  ++counters_.systemCalls;
}

void Receiver::addSourcesToSleepSet() {
  sleepSet_->add(sources_.descriptor(), EPOLLIN);
  ++counters_.systemCalls;
  sleepSetHasSources_ = true;
}

}  // namespace uintr
