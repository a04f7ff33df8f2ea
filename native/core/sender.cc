#include "core/sender.h"

#include "backends/hardware/hardware.h"
#include "backends/software/software_backend.h"
#include "core/errors.h"
#include "core/shared_page.h"
#include "core/vector_fd.h"
#include "os/eventfd.h"
#include "os/futex.h"
#include "os/unix_socket.h"

namespace uintr {

namespace {

std::unique_ptr<SenderBackend> openCarrier(const Bundle<os::UniqueFd>& bundle, int vectorFd) {
  switch (bundle.backend) {
    case BackendKind::Software:
      return software::createSender(bundle.carrier.get(), bundle.vector);
    case BackendKind::Hardware:
      if (hardware::detect().usable) {
        if (hardware::vectorOf(bundle.carrier.get()) != bundle.vector) return nullptr;
        return hardware::createSender(bundle.carrier.get(), os::socketCookie(vectorFd));
      }
      throw Error{"ERR_UINTR_NO_HARDWARE",
                  "the receiver uses the hardware backend, and here " + hardware::detect().reason};
  }
  return nullptr;
}

// What a sender sees of a receiver that it knows by a bare uvec fd alone.
constinit const StatePage kForeignReceiver{};

[[noreturn]] void throwBadDescriptors(int vectorFd) {
  throw Error{"ERR_UINTR_NOT_A_VECTOR_FD", "descriptor " + std::to_string(vectorFd) +
                                               " is not a vector fd: its bundle holds descriptors "
                                               "of another kind, size or without their seals"};
}

}  // namespace

Sender::Sender(int vectorFd, SenderCounters& counters) : counters_(counters) {
  // A bare uvec fd, from a C program. A vector fd, which is a socket, asks nothing of the hardware:
  // who has chosen software for a kernel that is broken gets no more than that.
  if (!os::isSocket(vectorFd) && hardware::detect().usable) vector_ = hardware::vectorOf(vectorFd);
  if (vector_ >= 0) {
    state_ = &kForeignReceiver;
    backend_ = hardware::createSender(vectorFd, 0);
    return;
  }
  Bundle<os::UniqueFd> bundle = peekBundle(vectorFd);
  vector_ = bundle.vector;
  auto page = openPage(bundle.state.get(), PageAccess::HoldersRead);
  if (!page || !os::isEventfd(bundle.eventfd.get())) throwBadDescriptors(vectorFd);
  statePage_ = std::move(*page);
  state_ = statePage_.as<const StatePage>();
  eventfd_ = std::move(bundle.eventfd);
  backend_ = openCarrier(bundle, vectorFd);
  if (backend_ == nullptr) throwBadDescriptors(vectorFd);
  vectorFd_ = os::duplicate(vectorFd);
}

bool Sender::send() noexcept {
  // Asked before as well, because a receiver that comes later to the same thread would get what is
  // posted to this one on hardware.
  if (activityOf(loadState(*state_)) == Activity::Closed) return false;
  backend_->raise();
  ++counters_.posts;
  wake();
  return true;
}

void Sender::wake() noexcept {
  const StateWord state = loadState(*state_);
  const Activity activity = activityOf(state);
  // Closed: perhaps because of this very post. It was there to be taken; the next one says no.
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
  Upid* upid = backend_->openUpid();
  if (upid == nullptr) return {};
  return {.pir = wordOf(upid->pir, vector_), .state = wordOf(*state_)};
}

}  // namespace uintr
