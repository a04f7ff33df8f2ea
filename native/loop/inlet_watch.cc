#include "loop/inlet_watch.h"

#include <sys/epoll.h>
#include <sys/uio.h>

#include <cstdint>

namespace uintr {

namespace {

// Empties an eventfd's counter, and so ends its readiness. A plain read could block: any holder can
// take away O_NONBLOCK, which belongs to the open file.
void drain(int eventfd) {
  std::uint64_t count = 0;
  const iovec part{.iov_base = &count, .iov_len = sizeof count};
  [[maybe_unused]] const ssize_t ignored = ::preadv2(eventfd, &part, 1, -1, RWF_NOWAIT);
}

}  // namespace

InletWatch::InletWatch(Napi::Env env, Listener& listener, Inlet& inlet, JsCallback onHangUp)
    : listener_(listener),
      inlet_(inlet),
      hangUpCallback_(std::move(onHangUp)),
      loop_(loopOf(env)),
      wake_(env),
      hangUp_(env) {
  checkUv(uv_poll_init(loop_, wake_.get(), inlet.eventfd.get()), "uv_poll_init");
  wake_.initialized(this);
  checkUv(uv_poll_init(loop_, hangUp_.get(), inlet.socket.get()), "uv_poll_init");
  hangUp_.initialized(this);
  uv_poll_start(wake_.get(), UV_READABLE,
                [](uv_poll_t* handle, int, int) { ownerOf<InletWatch>(handle).onWoken(); });
  // Our end is shut for reading and so always readable and half hung up. Asking for urgent data,
  // which a SOCK_SEQPACKET socket never has, leaves POLLHUP and POLLERR.
  uv_poll_start(hangUp_.get(), UV_PRIORITIZED, [](uv_poll_t* handle, int, int) {
    auto& self = ownerOf<InletWatch>(handle);
    uv_poll_stop(handle);
    self.listener_.onHangUp(self);
  });
}

void InletWatch::onWoken() {
  if (!makeEdgeTriggered()) {
    drain(inlet_.eventfd.get());
    ++listener_.counters().systemCalls;
  }
  listener_.onWoken();
}

// libuv polls level-triggered, which takes a read to silence the eventfd after every wake-up. By
// the first wake-up libuv has put the eventfd into its epoll set: changing the trigger there saves
// a system call per sleep. Where that does not work, the eventfd is read.
bool InletWatch::makeEdgeTriggered() {
  if (isEdgeTriggered_) return true;
  const int eventfd = inlet_.eventfd.get();
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.fd = eventfd}};
  ++listener_.counters().systemCalls;
  isEdgeTriggered_ = ::epoll_ctl(uv_backend_fd(loop_), EPOLL_CTL_MOD, eventfd, &event) == 0;
  return isEdgeTriggered_;
}

}  // namespace uintr
