// The sender as JavaScript sees it: lib/binding.ts, NativeSender.

#include <optional>

#include "addon.h"
#include "bound_function.h"
#include "counters_binding.h"
#include "js_callbacks.h"
#include "sender.h"
#include "uv_handle.h"

namespace uintr {

namespace {

class SenderBinding final : public std::enable_shared_from_this<SenderBinding> {
 public:
  SenderBinding(Napi::Env env, int vectorFd, const Napi::Object& options)
      : env_(env),
        callbacks_(std::make_shared<Callbacks>(env, "uintr.Sender", options)),
        counters_(Napi::Persistent(options.Get("counters").As<Napi::Float64Array>())),
        sender_(std::in_place, vectorFd, countersIn<SenderCounters>(counters_.Value())),
        drop_(options.Get("drop").As<Napi::Boolean>().Value()),
        liveness_(env) {
    if (sender_->liveness() >= 0) watchLiveness();
    if (napi_add_env_cleanup_hook(env, &SenderBinding::onEnvironmentEnd, this) != napi_ok) {
      throw Napi::Error::New(env);
    }
  }

  ~SenderBinding() { release(); }

  int vector() const { return sender_->vector(); }

  napi_value send(napi_env env, napi_callback_info) {
    if (sender_ && sender_->send()) [[likely]] {
      return nullptr;
    }
    if (drop_ && (sender_ || hungUp_)) return nullptr;
    return throwing(env, [&]() -> napi_value {
      // What uintr_register_sender says of a receiver that has exited.
      if (sender_ || hungUp_) throw os::SystemError{ESHUTDOWN, "senduipi"};
      throw Error{"ERR_UINTR_CLOSED", "the sender is closed"};
    });
  }

  Napi::Value close(const Napi::CallbackInfo&) {
    hungUp_ = false;
    release();
    return env_.Undefined();
  }

 private:
  static void onEnvironmentEnd(void* data) { static_cast<SenderBinding*>(data)->release(); }

  void watchLiveness() {
    const int status = uv_poll_init(loopOf(env_), liveness_.get(), sender_->liveness());
    if (status < 0) throw os::SystemError{-status, "uv_poll_init"};
    liveness_.get()->data = this;
    liveness_.initialized();
    uv_unref(reinterpret_cast<uv_handle_t*>(liveness_.get()));
    uv_poll_start(liveness_.get(), UV_DISCONNECT, [](uv_poll_t* handle, int, int) {
      static_cast<SenderBinding*>(handle->data)->hangUp();
    });
  }

  void hangUp() {
    const Napi::HandleScope scope(env_);
    const auto keep = shared_from_this();
    const auto callbacks = callbacks_;
    hungUp_ = true;
    release();
    callbacks->call(callbacks->onHangUp, {});
  }

  void release() {
    if (!sender_) return;
    napi_remove_env_cleanup_hook(env_, &SenderBinding::onEnvironmentEnd, this);
    liveness_.close();
    sender_.reset();
    counters_.Reset();
    callbacks_.reset();
  }

  Napi::Env env_;
  std::shared_ptr<Callbacks> callbacks_;
  Napi::Reference<Napi::Float64Array> counters_;  // outlives the sender that writes there
  std::optional<Sender> sender_;                  // empty once closed or hung up
  bool drop_;                                     // send() to nobody is no error
  bool hungUp_ = false;
  UvHandle<uv_poll_t> liveness_;
};

}  // namespace

// (fd: number, options: { self, onHangUp, drop, counters }) => NativeSender
Napi::Value openSender(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return translating(env, [&]() -> Napi::Value {
    const auto sender = std::make_shared<SenderBinding>(
        env, info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Object>());
    Napi::Object result = Napi::Object::New(env);
    result["vector"] = Napi::Number::New(env, sender->vector());
    result["send"] = bindHot<&SenderBinding::send>(env, "send", sender);
    result["close"] = bind<&SenderBinding::close>(env, "close", sender);
    return result;
  });
}

}  // namespace uintr
