// A socket in the event loop: polled while somebody waits for it, and closed when the environment
// ends.

#pragma once

#include <napi.h>
#include <uv.h>

#include <optional>

#include "loop/js_callback.h"
#include "loop/uv_handle.h"

namespace uintr {

class SocketWatch {
 public:
  // `options` is `{ self, onReady(readable, writable) }`. If the environment ends first,
  // `owner->shut()` closes this and then the socket.
  template <typename Owner>
  SocketWatch(Napi::Env env, const Napi::Object& options, Owner* owner)
      : SocketWatch(env, options, owner, [](void* ended) { static_cast<Owner*>(ended)->shut(); }) {}
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // Polls for any of libuv's UV_READABLE, UV_WRITABLE and UV_DISCONNECT; 0 stops. `keepsAlive` says
  // whether that keeps the loop alive. Throws os::SystemError.
  void poll(int fd, int events, bool keepsAlive);

  // Call before the descriptor is closed.
  void close() noexcept;

 private:
  using OnEnd = void (*)(void* owner);
  SocketWatch(Napi::Env env, const Napi::Object& options, void* owner, OnEnd onEnd);
  void onReady(int events);

  Napi::Env env_;
  void* owner_;
  OnEnd onEnd_;
  std::optional<JsCallback> onReady_;        // empty once closed
  std::optional<UvHandle<uv_poll_t>> poll_;  // from the first poll() on
};

}  // namespace uintr
