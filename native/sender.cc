#include "sender.h"

#include "errors.h"
#include "os/eventfd.h"
#include "os/futex.h"
#include "page_file.h"
#include "software/software_backend.h"
#include "vector_fd.h"

namespace uintr {

namespace {

std::unique_ptr<SenderBackend> openCarrier(const Bundle<os::UniqueFd>& bundle) {
  switch (bundle.backend) {
    case BackendKind::Software:
      return software::createSender(bundle.carrier.get(), bundle.vector);
    case BackendKind::Hardware:
      throw Error{"ERR_UINTR_NO_HARDWARE", "the receiver uses the hardware backend"};
  }
  return nullptr;
}

[[noreturn]] void throwBadDescriptors(int vectorFd) {
  throw Error{"ERR_UINTR_NOT_A_VECTOR_FD", "descriptor " + std::to_string(vectorFd) +
                                               " is not a vector fd: its bundle holds descriptors "
                                               "of another kind, size or without their seals"};
}

}  // namespace

Sender::Sender(int vectorFd) {
  Bundle<os::UniqueFd> bundle = peekBundle(vectorFd);
  vector_ = bundle.vector;
  auto state = openPage(bundle.state.get(), PageAccess::HoldersRead);
  if (!state || !os::isEventfd(bundle.eventfd.get())) throwBadDescriptors(vectorFd);
  state_ = std::move(*state);
  eventfd_ = std::move(bundle.eventfd);
  backend_ = openCarrier(bundle);
  if (backend_ == nullptr) throwBadDescriptors(vectorFd);
  vectorFd_ = os::duplicate(vectorFd);
}

bool Sender::send() noexcept {
  backend_->raise();
  const StateWord state = loadState(*state_.as<const StatePage>());
  const Activity activity = activityOf(state);
  if (activity == Activity::Running) [[likely]] {
    return true;
  }
  if (activity == Activity::Closed) return false;
  notify(state);
  return true;
}

void Sender::notify(StateWord state) noexcept {
  Upid* upid = backend_->upid();
  if (upid != nullptr && isNotified(*upid, state)) return;
  if (activityOf(state) == Activity::ParkedOnFutex && upid != nullptr) {
    os::futexWake(wordOf(upid->pir, vector_));
  } else {
    os::signalEventfd(eventfd_.get());
  }
  if (upid != nullptr) setNotified(*upid, state);
}

}  // namespace uintr
