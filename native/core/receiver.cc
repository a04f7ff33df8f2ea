#include "core/receiver.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/vector_fd.h"
#include "os/eventfd.h"
#include "os/futex.h"

namespace uintr {

namespace {

thread_local bool hasReceiver = false;  // one a thread: see ThreadRegistration

}  // namespace

ThreadRegistration::ThreadRegistration() {
  // What the second uintr_register_handler of a thread says.
  if (hasReceiver) throw os::SystemError{EBUSY, "uintr_register_handler"};
  hasReceiver = true;
}

ThreadRegistration::~ThreadRegistration() {
  hasReceiver = false;
}

Receiver::Receiver(const OpenBackend& openBackend, ReceiverCounters& counters)
    : counters_(counters),
      backend_(openBackend()),
      stateFile_(createPage("uintr-state", PageAccess::HoldersRead)),
      state_(stateFile_.mapping.as<StatePage>()) {
}

Receiver::~Receiver() {
  closeState(*state_);
}

Receiver::NewVectorFd Receiver::createVectorFd(int vector) {
  Channel channel{.id = nextId_,
                  .vector = vector,
                  .inbox = backend_->open(vector),
                  .eventfd = os::createEventfd(),
                  .socket = {}};
  VectorFdPair pair = uintr::createVectorFd({.vector = vector,
                                             .backend = backend_->kind(),
                                             .state = stateFile_.fd.get(),
                                             .eventfd = channel.eventfd.get(),
                                             .carrier = channel.inbox.carrier.get()});
  channel.socket = std::move(pair.receiverEnd);
  // The bundle has it now; only a uvec fd is of use to others.
  if (backend_->kind() == BackendKind::Software) channel.inbox.carrier.reset();

  if (eventfds_) watch(*eventfds_, channel);
  NewVectorFd result{.id = nextId_,
                     .fd = std::move(pair.holderEnd),
                     .pendingWord = {channel.inbox.upid, wordOf(channel.inbox.upid->pir, vector)},
                     .eventfd = channel.eventfd.get(),
                     .liveness = channel.socket.get(),
                     .uvecFd = channel.inbox.carrier.get()};
  indexes_.emplace(channel.id, channels_.size());
  looks_.push_back({.upid = channel.inbox.upid.get(), .bit = bitOf(vector)});
  channels_.push_back(std::move(channel));
  ++nextId_;
  return result;
}

void Receiver::remove(ChannelId id) {
  const auto found = indexes_.find(id);
  if (found == indexes_.end()) return;
  const std::size_t index = found->second;
  const Look look = looks_[index];
  Inbox& inbox = channels_[index].inbox;
  const bool allArrived = !inbox.arrivesLate || (!masked_ && backend_->fence());
  hold(*look.upid, look.bit);
  if (!allArrived && std::ranges::find(orphans_, inbox.upid, &Orphan::upid) == orphans_.end()) {
    orphans_.push_back({.upid = std::move(inbox.upid), .bit = look.bit});
  }
  // By hand: closing is not enough while a bundle that somebody holds has the eventfd too.
  if (eventfds_) {
    eventfds_->remove(channels_[index].eventfd.get());
    ++counters_.systemCalls;
  }
  // The last one takes its place.
  indexes_.erase(found);
  if (index + 1 < channels_.size()) {
    channels_[index] = std::move(channels_.back());
    looks_[index] = looks_.back();
    indexes_[channels_[index].id] = index;
  }
  channels_.pop_back();
  looks_.pop_back();
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
  std::uint64_t vectors = held_;
  for (const Look& look : looks_) {
    if (isRaised(*look.upid, look.bit)) vectors |= look.bit;
  }
  for (const Orphan& orphan : orphans_) {
    if (isRaised(*orphan.upid, orphan.bit)) vectors |= orphan.bit;
  }
  return vectors;
}

// The look of a spin.
std::uint64_t Receiver::await(std::uint64_t wanted) const {
  for (const Look& look : looks_) fetchToWrite(look.upid);
  return pending() & wanted;
}

std::uint64_t Receiver::spin(Spin& spin, std::uint64_t wanted) {
  std::uint64_t vectors = await(wanted);
  if (vectors != 0) return vectors;  // and nobody had to spin
  const void* line = looks_.size() == 1 ? looks_.front().upid : nullptr;
  const int systemCalls = spin.systemCalls();
  const bool paid = spin.until([&] { return (vectors = await(wanted)) != 0; }, line);
  ++(paid ? counters_.spinsPaid : counters_.spinsVain);
  counters_.systemCalls += spin.systemCalls() - systemCalls;
  return vectors;
}

std::uint64_t Receiver::spinBriefly(std::uint64_t wanted) {
  std::uint64_t vectors = await(wanted);
  if (vectors != 0) return vectors;
  // In vain: another spin follows, and is counted.
  if (Spin::briefly([&] { return (vectors = await(wanted)) != 0; })) ++counters_.spinsPaid;
  return vectors;
}

bool Receiver::takeFrom(Upid& upid, std::uint64_t bit) {
  // The look spares the locked operation where there is nothing.
  return isRaised(upid, bit) && uintr::take(upid, bit);
}

// For a later take(), which counts one post; those that merge with it are counted here.
void Receiver::hold(Upid& upid, std::uint64_t bit) {
  if (!takeFrom(upid, bit)) return;
  if ((held_ & bit) != 0) ++counters_.posts;
  held_ |= bit;
}

bool Receiver::take(int vector) {
  const std::uint64_t bit = bitOf(vector);
  int posts = (held_ & bit) != 0 ? 1 : 0;
  held_ &= ~bit;
  // From every holder's page: to the receiver a vector is one interrupt, whoever raised it.
  for (const Look& look : looks_) {
    if (look.bit == bit && takeFrom(*look.upid, bit)) ++posts;
  }
  for (const Orphan& orphan : orphans_) {
    if (orphan.bit == bit && takeFrom(*orphan.upid, bit)) ++posts;
  }
  if (posts == 0) return false;
  counters_.posts += posts;
  ++counters_.deliveries;
  return true;
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
  if (fenced && !masked_) dropOrphans();
  if ((pending() & wanted) != 0) {
    unpark();
    return Sleep::None;
  }
  ++counters_.sleeps;
  return fenced ? Sleep::Long : Sleep::Brief;
}

// Once all has arrived that their holders posted.
void Receiver::dropOrphans() {
  for (const Orphan& orphan : orphans_) {
    hold(*orphan.upid, orphan.bit);
  }
  orphans_.clear();
}

void Receiver::unpark() {
  if (!parked_) return;
  uintr::unpark(*state_);
  parked_ = false;
}

bool Receiver::canParkOnFutex() const {
  if (channels_.empty() || channels_.size() > os::kFutexWaitMax) return false;
  if (channels_.size() > 1 && !os::hasFutexWaitv()) return false;
  return std::ranges::all_of(channels_, [](const Channel& c) { return c.inbox.wakesFutex; });
}

void Receiver::sleepOnFutex(std::chrono::nanoseconds timeout) {
  std::array<os::FutexWait, os::kFutexWaitMax> waits;
  std::size_t count = 0;
  for (const Channel& channel : channels_) {
    const auto* word = wordOf(channel.inbox.upid->pir, channel.vector);
    // Whatever a holder scribbled beside its bit is what we expect to find: it keeps nobody awake.
    // relaxed: the kernel compares again, under the futex's lock.
    const std::uint32_t expected = word->load(std::memory_order_relaxed);
    if ((expected & bitOf(channel.vector % 32)) != 0) return;
    waits[count++] = {.word = word, .expected = expected};
  }
  ++counters_.systemCalls;
  os::futexWait(std::span(waits).first(count), timeout);
}

void Receiver::sleepOnEventfds(std::chrono::microseconds timeout) {
  if (!eventfds_) {
    os::Epoll eventfds;
    ++counters_.systemCalls;
    for (const Channel& channel : channels_) watch(eventfds, channel);
    eventfds_.emplace(std::move(eventfds));
  }
  std::array<epoll_event, 64> events;
  // epoll_pwait2, which takes nanoseconds, is Linux 5.11.
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(timeout);
  ++counters_.systemCalls;
  eventfds_->wait(events, static_cast<int>(rounded.count()));
}

void Receiver::watch(os::Epoll& eventfds, const Channel& channel) {
  // Edge-triggered, so that an eventfd need not be read to fall silent.
  eventfds.add(channel.eventfd.get(), EPOLLIN | EPOLLET);
  ++counters_.systemCalls;
}

}  // namespace uintr
