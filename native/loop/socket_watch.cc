#include "loop/socket_watch.h"

#include <memory>

namespace uintr {

SocketWatch::SocketWatch(Napi::Env env, const Napi::Object& options, void* owner, OnEnd onEnd)
    : env_(env),
      owner_(owner),
      onEnd_(onEnd),
      onReady_(std::in_place, std::make_shared<JsObject>(env, "uintr.Socket", options.Get("self")),
               options.Get("onReady")) {
  if (napi_add_env_cleanup_hook(env, onEnd, owner) != napi_ok) throw Napi::Error::New(env);
}

SocketWatch::~SocketWatch() {
  close();
}

void SocketWatch::poll(int fd, int events, bool keepsAlive) {
  if (!onReady_) return;
  if (!poll_) {
    if (events == 0) return;
    UvHandle<uv_poll_t> handle(env_);
    checkUv(uv_poll_init(loopOf(env_), handle.get(), fd), "uv_poll_init");
    handle.initialized(this);
    poll_.emplace(std::move(handle));
  }
  poll_->keepLoopAlive(keepsAlive);
  if (events == 0) {
    uv_poll_stop(poll_->get());
    return;
  }
  uv_poll_start(poll_->get(), events, [](uv_poll_t* polled, int error, int ready) {
    // An error shows in the call that the waiter makes next.
    ownerOf<SocketWatch>(polled).onReady(error < 0 ? UV_READABLE | UV_WRITABLE : ready);
  });
}

void SocketWatch::close() noexcept {
  if (!onReady_) return;
  napi_remove_env_cleanup_hook(env_, onEnd_, owner_);
  poll_.reset();
  onReady_.reset();
}

void SocketWatch::onReady(int events) {
  const Napi::HandleScope scope(env_);
  onReady_->call({Napi::Boolean::New(env_, (events & UV_READABLE) != 0),
                  Napi::Boolean::New(env_, (events & UV_WRITABLE) != 0)});
}

}  // namespace uintr
