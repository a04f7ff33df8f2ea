// The sender as JavaScript sees it: lib/internal/binding.ts, NativeSender.

#include <optional>

#include "backends/backends.h"
#include "core/sender.h"
#include "js/addon.h"
#include "js/bound_function.h"
#include "js/shared_array.h"
#include "js/word_view.h"
#include "loop/socket_watch.h"
#include "os/unix_socket.h"

namespace uintr {

namespace {

class SenderBinding {
 public:
  SenderBinding(const ErrorClass& errors, Napi::Env env, int vectorFd, const Napi::Object& options)
      : errors_(errors),
        env_(env),
        counters_(Napi::Persistent(options.Get("counters").As<Napi::Float64Array>())),
        sender_(std::in_place, vectorFd, allBackends(),
                memoryOf<SenderCounters>(counters_.Value())),
        drop_(options.Get("drop").As<Napi::Boolean>().Value()),
        watch_(env, options, this) {
    if (const Sender::Words words = sender_->words(); words.pir != nullptr) {
      pir_.emplace(env, *words.pir);
      state_.emplace(env, *words.state);
    }
    if (sender_->liveness() >= 0) watch_.poll(sender_->liveness(), UV_DISCONNECT, false);
  }

  ~SenderBinding() { shut(); }

  void describe(Napi::Object& result) {
    result["vector"] = Napi::Number::New(env_, sender_->vector());
    if (!pir_) return;
    result["pir"] = pir_->array();
    result["state"] = state_->array();
    const auto address = reinterpret_cast<std::uintptr_t>(sender_->words().pir);
    result["address"] = Napi::Number::New(env_, static_cast<double>(address));
  }

  napi_value send(napi_env env, napi_callback_info) {
    if (sender_ && sender_->send()) [[likely]] {
      return nullptr;
    }
    if (drop_ && (sender_ || hungUp_)) return nullptr;
    return throwing(errors_, env, [&]() -> napi_value {
      // What uintr_register_sender says of a receiver that has exited.
      if (sender_ || hungUp_) throw os::SystemError{ESHUTDOWN, "senduipi"};
      throw Error{"ERR_UINTR_CLOSED", "the sender is closed"};
    });
  }

  napi_value wake(napi_env, napi_callback_info) {
    if (sender_) sender_->wake();
    return nullptr;
  }

  // () => whether the receiver is gone. For those who block the event loop, which tells it
  // otherwise.
  Napi::Value isHungUp(const Napi::CallbackInfo&) {
    return Napi::Boolean::New(env_, !sender_ || os::isHungUp(sender_->liveness()));
  }

  // (hungUp: boolean) says that the receiver is gone.
  Napi::Value close(const Napi::CallbackInfo& info) {
    hungUp_ = info[0].As<Napi::Boolean>().Value();
    shut();
    return env_.Undefined();
  }

  void shut() {
    if (!sender_) return;
    watch_.close();
    const Napi::HandleScope scope(env_);
    if (pir_) pir_->takeBack();
    if (state_) state_->takeBack();
    sender_.reset();
    counters_.Reset();
  }

 private:
  ErrorClass errors_;
  Napi::Env env_;
  Napi::Reference<Napi::Float64Array> counters_;  // outlives the sender that writes there
  std::optional<Sender> sender_;                  // empty once closed or hung up
  std::optional<WordView> pir_;                   // both: where JavaScript can post by itself
  std::optional<WordView> state_;
  bool drop_;  // send() to nobody is no error
  bool hungUp_ = false;
  SocketWatch watch_;
};

}  // namespace

// (fd: number, options: { self, onReady, drop, counters }) => NativeSender
Napi::Value openSender(const ErrorClass& errors, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto sender = std::make_shared<SenderBinding>(
      errors, env, info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Object>());
  Napi::Object result = Napi::Object::New(env);
  sender->describe(result);
  result["send"] = bindHot<&SenderBinding::send>(env, "send", sender);
  result["wake"] = bindHot<&SenderBinding::wake>(env, "wake", sender);
  result["isHungUp"] = bind<&SenderBinding::isHungUp>(errors, env, "isHungUp", sender);
  result["close"] = bind<&SenderBinding::close>(errors, env, "close", sender);
  return result;
}

}  // namespace uintr
