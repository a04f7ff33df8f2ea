#include "core/sender.h"

#include <algorithm>
#include <utility>

#include "core/errors.h"
#include "core/shared_page.h"
#include "core/vector_fd.h"
#include "os/eventfd.h"
#include "os/futex.h"
#include "os/unix_socket.h"

namespace uintr {

namespace {

// The state page of a receiver that the sender knows by a bare uvec fd alone: always RUNNING.
constinit const StatePage kForeignReceiver{};

[[noreturn]] void throwBadDescriptors(int vectorFd) {
  throw Error{"ERR_UINTR_NOT_A_VECTOR_FD", "descriptor " + std::to_string(vectorFd) +
                                               " is not a vector fd: its bundle holds descriptors "
                                               "of another kind, size or without their seals"};
}

}  // namespace

Sender::Sender(int vectorFd, Backends backends, SenderCounters& counters) : counters_(counters) {
  // A vector fd is a socket, and asks nothing of the hardware: whoever has chosen software because
  // of a broken kernel gets software only. Anything else may be a bare uvec fd from a C program.
  if (!os::isSocket(vectorFd)) {
    for (const Backend* backend : backends) {
      vector_ = backend->vectorOf(vectorFd);
      if (vector_ < 0) continue;
      state_ = &kForeignReceiver;
      backend_ = backend->openSender(vectorFd, vector_, -1);
      if (backend_ == nullptr) throwBadDescriptors(vectorFd);
      return;
    }
  }
  Bundle<os::ForeignFd> bundle = peekBundle(vectorFd);
  vector_ = bundle.vector;
  auto page = openPage(bundle.state.get(), PageAccess::HoldersRead);
  if (!page || !os::isEventfd(bundle.eventfd.get())) throwBadDescriptors(vectorFd);
  statePage_ = std::move(*page);
  state_ = statePage_.as<const StatePage>();
  eventfd_ = std::move(bundle.eventfd);
  const auto backend = std::ranges::find(backends, bundle.backend, &Backend::kind);
  if (backend != backends.end()) {
    backend_ = (*backend)->openSender(bundle.carrier.get(), vector_, vectorFd);
  }
  if (backend_ == nullptr) throwBadDescriptors(vectorFd);
  vectorFd_ = os::ForeignFd(os::duplicate(vectorFd).release());
  // The sender is done with these. They are what they should be, so they can be closed here.
  os::trusted(std::move(bundle.state));
  os::trusted(std::move(bundle.carrier));
}

bool Sender::send() noexcept {
  // A look before the raise as well: on hardware a later receiver of the same thread would get what
  // is posted to this one.
  if (activityOf(loadState(*state_)) == Activity::Closed) return false;
  backend_->raise();
  ++counters_.posts;
  wake();
  return true;
}

void Sender::wake() noexcept {
  const StateWord state = loadState(*state_);
  const Activity activity = activityOf(state);
  // Closed: perhaps because of this very post. It was there to be taken; the next post fails.
  if (activity == Activity::Running || activity == Activity::Closed) return;
  Upid& upid = backend_->upid();
  notify(upid, state, [&] {
    ++counters_.wakeUps;
    if (activity == Activity::ParkedOnFutex) {
      return os::futexWake(wordOf(upid.pir, vector_));
    }
    os::signalEventfd(eventfd_.get());
    return true;
  });
}

Sender::Words Sender::words() noexcept {
  Upid* upid = backend_->directUpid();
  if (upid == nullptr) return {};
  return {.pir = wordOf(upid->pir, vector_), .state = wordOf(*state_)};
}

}  // namespace uintr
