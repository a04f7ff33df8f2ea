// A socket in the event loop: uv_poll on its descriptor, on while somebody waits for it.

#pragma once

#include <napi.h>
#include <uv.h>

#include <memory>
#include <optional>

#include "js_callbacks.h"
#include "uv_handle.h"

namespace uintr {

class SocketWatch {
 public:
  // `options` is `{ self, onReady(readable, writable) }`.
  SocketWatch(Napi::Env env, const Napi::Object& options);
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // What to wait for, of libuv's UV_READABLE and UV_WRITABLE; 0 stops. `keepsAlive` says whether
  // waiting keeps the loop alive. Throws os::SystemError.
  void watch(int fd, int events, bool keepsAlive);

  // Before the descriptor is closed.
  void close() noexcept;

 private:
  void onReady(int events);

  Napi::Env env_;
  std::shared_ptr<Callbacks> callbacks_;     // null once closed
  std::optional<UvHandle<uv_poll_t>> poll_;  // from the first wait on
};

}  // namespace uintr
