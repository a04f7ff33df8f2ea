#include "loop/socket_watch.h"

#include "os/system_error.h"

namespace uintr {

SocketWatch::SocketWatch(Napi::Env env, const Napi::Object& options, void* owner, OnEnd onEnd)
    : env_(env),
      owner_(owner),
      onEnd_(onEnd),
      callbacks_(std::make_shared<Callbacks>(env, "uintr.Socket", options)) {
  if (napi_add_env_cleanup_hook(env, onEnd, owner) != napi_ok) throw Napi::Error::New(env);
}

SocketWatch::~SocketWatch() {
  close();
}

void SocketWatch::poll(int fd, int events, bool keepsAlive) {
  if (callbacks_ == nullptr) return;
  if (!poll_) {
    if (events == 0) return;
    UvHandle<uv_poll_t> handle(env_);
    const int status = uv_poll_init(loopOf(env_), handle.get(), fd);
    if (status < 0) throw os::SystemError{-status, "uv_poll_init"};
    handle.get()->data = this;
    handle.initialized();
    poll_.emplace(std::move(handle));
  }
  auto* handle = reinterpret_cast<uv_handle_t*>(poll_->get());
  if (keepsAlive) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
  if (events == 0) {
    uv_poll_stop(poll_->get());
    return;
  }
  uv_poll_start(poll_->get(), events, [](uv_poll_t* polled, int error, int ready) {
    // An error shows in the next system call of the JavaScript that waits.
    static_cast<SocketWatch*>(polled->data)->onReady(error < 0 ? UV_READABLE | UV_WRITABLE : ready);
  });
}

void SocketWatch::close() noexcept {
  if (callbacks_ == nullptr) return;
  napi_remove_env_cleanup_hook(env_, onEnd_, owner_);
  poll_.reset();
  callbacks_.reset();
}

void SocketWatch::onReady(int events) {
  const Napi::HandleScope scope(env_);
  const auto callbacks = callbacks_;  // the callback may close this object
  callbacks->call(callbacks->onReady, {Napi::Boolean::New(env_, (events & UV_READABLE) != 0),
                                       Napi::Boolean::New(env_, (events & UV_WRITABLE) != 0)});
}

}  // namespace uintr
