// Polls a socket in the event loop (uv_poll) while JavaScript waits for it, and closes it when the
// environment ends.

#pragma once

#include <napi.h>
#include <uv.h>

#include <memory>
#include <optional>

#include "loop/js_callbacks.h"
#include "loop/uv_handle.h"

namespace uintr {

class SocketWatch {
 public:
  // `options` is `{ self, onReady(readable, writable) }`. When the environment ends first, this
  // class calls `owner->shut()`, which calls close() and then closes the socket.
  template <typename Owner>
  SocketWatch(Napi::Env env, const Napi::Object& options, Owner* owner)
      : SocketWatch(env, options, owner, [](void* ended) { static_cast<Owner*>(ended)->shut(); }) {}
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // Waits for `events`: libuv's UV_READABLE, UV_WRITABLE and UV_DISCONNECT, or 0 to stop.
  // `keepsAlive` tells whether waiting keeps the event loop alive. Throws os::SystemError.
  void poll(int fd, int events, bool keepsAlive);

  // Stops polling. Call it before the descriptor is closed.
  void close() noexcept;

 private:
  using OnEnd = void (*)(void* owner);
  SocketWatch(Napi::Env env, const Napi::Object& options, void* owner, OnEnd onEnd);
  void onReady(int events);

  Napi::Env env_;
  void* owner_;
  OnEnd onEnd_;
  std::shared_ptr<Callbacks> callbacks_;     // null once closed
  std::optional<UvHandle<uv_poll_t>> poll_;  // empty until the first wait
};

}  // namespace uintr
