// A socket in the event loop: uv_poll on its descriptor, on while somebody waits for it; and what
// closes it with the environment.

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
  // `options` is `{ self, onReady(readable, writable) }`. When the environment ends first,
  // `owner->release()` closes the socket, and this before.
  template <typename Owner>
  SocketWatch(Napi::Env env, const Napi::Object& options, Owner* owner)
      : SocketWatch(env, options, owner,
                    [](void* ended) { static_cast<Owner*>(ended)->release(); }) {}
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // What to wait for, of libuv's UV_READABLE, UV_WRITABLE and UV_DISCONNECT; 0 stops. `keepsAlive`
  // says whether waiting keeps the loop alive. Throws os::SystemError.
  void watch(int fd, int events, bool keepsAlive);

  // Before the descriptor is closed.
  void close() noexcept;

 private:
  using OnEnd = void (*)(void* owner);
  SocketWatch(Napi::Env env, const Napi::Object& options, void* owner, OnEnd onEnd);
  void onReady(int events);

  Napi::Env env_;
  void* owner_;
  OnEnd onEnd_;
  std::shared_ptr<Callbacks> callbacks_;     // null once closed
  std::optional<UvHandle<uv_poll_t>> poll_;  // from the first wait on
};

}  // namespace uintr
