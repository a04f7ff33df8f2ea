// A listening Unix socket as JavaScript sees it: lib/internal/binding.ts, NativeFdListener.

#include <optional>

#include "js/addon.h"
#include "js/bound_function.h"
#include "js/owned_fd.h"
#include "js/socket_type.h"
#include "loop/socket_watch.h"
#include "os/unix_listener.h"

namespace uintr {

namespace {

class FdListenerBinding {
 public:
  // (address, { self, onReady, type, mode, backlog, refusesFds })
  FdListenerBinding(Napi::Env env, const std::string& address, const Napi::Object& options)
      : env_(env),
        listener_(std::in_place, address, socketTypeOf(options.Get("type")),
                  options.Get("mode").As<Napi::Number>().Uint32Value(),
                  options.Get("backlog").As<Napi::Number>().Int32Value(),
                  options.Get("refusesFds").As<Napi::Boolean>().Value()
                      ? os::UnixListener::Fds::Refuse
                      : os::UnixListener::Fds::Take),
        watch_(env, options, this) {}

  ~FdListenerBinding() { shut(); }

  // () => an owned descriptor for openFdSocket | undefined (no connection)
  Napi::Value accept(const Napi::CallbackInfo&) {
    if (!listener_) return env_.Undefined();
    try {
      return own(env_, listener_->accept());
    } catch (const os::SystemError& error) {
      // ECONNABORTED: the peer has gone before it was accepted.
      if (error.error == EAGAIN || error.error == ECONNABORTED) return env_.Undefined();
      throw;
    }
  }

  // (accepting: boolean, keepsAlive: boolean)
  Napi::Value poll(const Napi::CallbackInfo& info) {
    if (!listener_) return env_.Undefined();
    watch_.poll(listener_->fd(), info[0].As<Napi::Boolean>().Value() ? UV_READABLE : 0,
                info[1].As<Napi::Boolean>().Value());
    return env_.Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo&) {
    shut();
    return env_.Undefined();
  }

  void shut() {
    if (!listener_) return;
    watch_.close();
    listener_.reset();
  }

 private:
  Napi::Env env_;
  std::optional<os::UnixListener> listener_;  // empty once closed
  SocketWatch watch_;
};

}  // namespace

// (address: string, options) => NativeFdListener
Napi::Value openFdListener(const ErrorClass& errors, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto listener = std::make_shared<FdListenerBinding>(
      env, info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::Object>());
  Napi::Object result = Napi::Object::New(env);
  result["accept"] = bind<&FdListenerBinding::accept>(errors, env, "accept", listener);
  result["poll"] = bind<&FdListenerBinding::poll>(errors, env, "poll", listener);
  result["close"] = bind<&FdListenerBinding::close>(errors, env, "close", listener);
  return result;
}

}  // namespace uintr
