// The receiver as JavaScript sees it: lib/internal/binding.ts, NativeReceiver.

#include <memory>
#include <optional>
#include <string>

#include "backends/backends.h"
#include "core/receiver.h"
#include "core/wait_sync.h"
#include "js/addon.h"
#include "js/bound_function.h"
#include "js/js_rings.h"
#include "js/last_post.h"
#include "js/shared_array.h"
#include "js/vector_fd_binding.h"
#include "loop/event_loop.h"
#include "loop/js_callback.h"

namespace uintr {

namespace {

// Sleeps end after a slice, so that terminating a worker takes effect: V8 stops between two slices,
// not in a system call. The same as SLEEP_SLICE_MS in lib/internal/deadline.ts.
constexpr std::chrono::microseconds kSleepSlice{50'000};

// (number | null): null is 'auto'.
BusyPoll busyPollOf(const Napi::Value& micros) {
  if (micros.IsNull()) return BusyPoll(std::nullopt);
  return BusyPoll(BusyPoll::Micros(micros.As<Napi::Number>().Int64Value()));
}

std::chrono::microseconds microsecondsOf(double milliseconds) {
  return std::chrono::ceil<std::chrono::microseconds>(
      std::chrono::duration<double, std::milli>(milliseconds));
}

class ReceiverBinding final : public std::enable_shared_from_this<ReceiverBinding> {
 public:
  ReceiverBinding(const ErrorClass& errors, Napi::Env env, const Napi::Object& options)
      : errors_(errors),
        env_(env),
        object_(std::make_shared<JsObject>(env, "uintr.Receiver", options.Get("self"))),
        counters_(Napi::Persistent(options.Get("counters").As<Napi::Float64Array>())),
        lastPostArray_(Napi::Persistent(options.Get("lastPost").As<Napi::Float64Array>())),
        lastPost_(memoryOf<const LastPost>(lastPostArray_.Value())),
        waitSyncPoll_(busyPollOf(options.Get("busyPollMicros"))),
        receiver_(std::in_place,
                  backendNamed(options.Get("backend").As<Napi::String>().Utf8Value()),
                  BackendOptions{.foreignSenders =
                                     options.Get("foreignSenders").As<Napi::Boolean>().Value()},
                  memoryOf<ReceiverCounters>(counters_.Value())),
        loop_(std::make_shared<EventLoop>(env, *receiver_,
                                          JsCallback(object_, options.Get("onInterrupts")),
                                          busyPollOf(options.Get("busyPollMicros")))) {}

  ~ReceiverBinding() { shut(); }

  // Keeps the binding alive until close() or the end of the environment. Apart from the
  // constructor, because shared_from_this() works only afterwards.
  void open() {
    keepAlive_ = shared_from_this();
    if (napi_add_env_cleanup_hook(env_, &ReceiverBinding::onEnvironmentEnd, this) != napi_ok) {
      throw Napi::Error::New(env_);
    }
    hooked_ = true;
  }

  // --- hot path ---

  napi_value poll(napi_env env, napi_callback_info) {
    if (!receiver_) return taken(env, -1);
    if (receiver_->hasSourcesToPoll()) pollSources();
    return taken(env, receiver_->takeHighest(receiver_->pending()));
  }

  // (milliseconds: number, waited?: number) => number; a negative time is no limit, and -1 then
  // means: again.
  napi_value waitSync(napi_env env, napi_callback_info info) {
    std::size_t count = 2;
    napi_value arguments[2] = {};
    double milliseconds = 0;
    double waited = 0;
    if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok ||
        napi_get_value_double(env, arguments[0], &milliseconds) != napi_ok ||
        (count > 1 && napi_get_value_double(env, arguments[1], &waited) != napi_ok)) {
      return nullptr;
    }
    return throwing(errors_, env, [&] {
      if (!receiver_) throw Error{"ERR_UINTR_CLOSED", "the receiver is closed"};
      auto limit = kSleepSlice;
      if (milliseconds >= 0) {
        limit = std::min(limit, microsecondsOf(milliseconds));
      } else if (receiver_->isMasked()) {
        throw Error{"ERR_UINTR_MASKED", "interrupts are masked: this wait would never end"};
      }
      if (receiver_->isParked()) loop_->prepareAgain();
      const Rings::BlockingWait blocking(rings_ ? &rings_->rings() : nullptr);
      return taken(env, uintr::waitSync(*receiver_, waitSyncPoll_, limit, microsecondsOf(waited)));
    });
  }

  napi_value next(napi_env env, napi_callback_info) { return taken(env, loop_->next()); }

  napi_value testui(napi_env env, napi_callback_info) {
    napi_value result = nullptr;
    napi_get_boolean(env, receiver_ && receiver_->testui(), &result);
    return result;
  }

  // --- the rest ---

  // (vector: number, onHangUp: () => void) => NativeVectorFd
  Napi::Value createFd(const Napi::CallbackInfo& info) {
    Receiver::NewVectorFd created = receiver_->createVectorFd(info[0].As<Napi::Number>());
    Inlet& inlet = created.inlet;
    try {
      loop_->watch(inlet, JsCallback(object_, info[1]));
      return wrapVectorFd(errors_, env_, std::move(created));
    } catch (...) {
      receiver_->remove(inlet);
      throw;
    }
  }

  // (vector: number, ring: NativeRing): raises the vector while a frame lies in the ring.
  Napi::Value addRing(const Napi::CallbackInfo& info) {
    if (!receiver_) return env_.Undefined();
    if (!rings_) {
      rings_.emplace(bitOf(info[0].As<Napi::Number>()));
      receiver_->add(rings_->rings());
    }
    rings_->add(info[1].As<Napi::Object>());
    return env_.Undefined();
  }

  // (reader: Int32Array), of a ring
  Napi::Value removeRing(const Napi::CallbackInfo& info) {
    if (rings_) rings_->remove(info[0].As<Napi::Int32Array>());
    return env_.Undefined();
  }

  // (low, high, keepsAlive)
  Napi::Value setWanted(const Napi::CallbackInfo& info) {
    if (receiver_) {
      const std::uint64_t high = info[1].As<Napi::Number>().Uint32Value();
      loop_->setWanted(high << 32 | info[0].As<Napi::Number>().Uint32Value(),
                       info[2].As<Napi::Boolean>().Value());
    }
    return env_.Undefined();
  }

  // Does nothing once the receiver is closed.
  Napi::Value deliverPending(const Napi::CallbackInfo&) {
    loop_->deliverPending();
    return env_.Undefined();
  }

  // (vector: number)
  Napi::Value putBack(const Napi::CallbackInfo& info) {
    if (receiver_) receiver_->putBack(info[0].As<Napi::Number>());
    return env_.Undefined();
  }

  Napi::Value stui(const Napi::CallbackInfo&) {
    if (receiver_) {
      receiver_->stui();
      loop_->prepareAgain();
    }
    return env_.Undefined();
  }

  Napi::Value clui(const Napi::CallbackInfo&) {
    if (receiver_) receiver_->clui();
    return env_.Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo&) {
    const auto keep = shared_from_this();
    shut();
    return env_.Undefined();
  }

 private:
  // A source that raises a vector unparks the receiver.
  void pollSources() {
    if (receiver_->isParked()) loop_->prepareAgain();
    receiver_->pollSources();
  }

  // Returns a vector, or -1, to JavaScript. The hint comes as late as it can: a receiver that spins
  // on that cache line takes it back.
  napi_value taken(napi_env env, int vector) const {
    if (vector >= 0) lastPost_.expectAnother();
    napi_value result = nullptr;
    napi_create_int32(env, vector, &result);
    return result;
  }

  static void onEnvironmentEnd(void* data) {
    auto* self = static_cast<ReceiverBinding*>(data);
    const auto keep = self->shared_from_this();
    self->hooked_ = false;
    self->shut();
  }

  void shut() {
    if (!receiver_) return;
    const Napi::HandleScope scope(env_);
    if (hooked_) napi_remove_env_cleanup_hook(env_, &ReceiverBinding::onEnvironmentEnd, this);
    hooked_ = false;
    loop_->close();
    receiver_.reset();
    rings_.reset();
    counters_.Reset();
    lastPostArray_.Reset();
    object_.reset();
    keepAlive_.reset();
  }

  ErrorClass errors_;
  Napi::Env env_;
  std::shared_ptr<JsObject> object_;
  Napi::Reference<Napi::Float64Array> counters_;  // both outlive the receiver that uses them
  Napi::Reference<Napi::Float64Array> lastPostArray_;
  const LastPost& lastPost_;
  BusyPoll waitSyncPoll_;
  std::optional<JsRings> rings_;      // made for the first; the receiver looks there
  std::optional<Receiver> receiver_;  // empty once closed
  std::shared_ptr<EventLoop> loop_;
  std::shared_ptr<ReceiverBinding> keepAlive_;
  bool hooked_ = false;
};

}  // namespace

// (options: see lib/internal/binding.ts) => NativeReceiver
Napi::Value openReceiver(const ErrorClass& errors, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto receiver = std::make_shared<ReceiverBinding>(errors, env, info[0].As<Napi::Object>());
  receiver->open();
  Napi::Object result = Napi::Object::New(env);
  result["poll"] = bindHot<&ReceiverBinding::poll>(env, "poll", receiver);
  result["waitSync"] = bindHot<&ReceiverBinding::waitSync>(env, "waitSync", receiver);
  result["next"] = bindHot<&ReceiverBinding::next>(env, "next", receiver);
  result["testui"] = bindHot<&ReceiverBinding::testui>(env, "testui", receiver);
  result["createFd"] = bind<&ReceiverBinding::createFd>(errors, env, "createFd", receiver);
  result["setWanted"] = bind<&ReceiverBinding::setWanted>(errors, env, "setWanted", receiver);
  result["deliverPending"] =
      bind<&ReceiverBinding::deliverPending>(errors, env, "deliverPending", receiver);
  result["putBack"] = bind<&ReceiverBinding::putBack>(errors, env, "putBack", receiver);
  result["addRing"] = bind<&ReceiverBinding::addRing>(errors, env, "addRing", receiver);
  result["removeRing"] = bind<&ReceiverBinding::removeRing>(errors, env, "removeRing", receiver);
  result["stui"] = bind<&ReceiverBinding::stui>(errors, env, "stui", receiver);
  result["clui"] = bind<&ReceiverBinding::clui>(errors, env, "clui", receiver);
  result["close"] = bind<&ReceiverBinding::close>(errors, env, "close", receiver);
  return result;
}

}  // namespace uintr
