// The receiver as JavaScript sees it: lib/internal/binding.ts, NativeReceiver.

#include <optional>
#include <unordered_map>

#include "backends/hardware/hardware.h"
#include "backends/software/software_backend.h"
#include "core/receiver.h"
#include "core/wait_sync.h"
#include "js/addon.h"
#include "js/bound_function.h"
#include "js/last_post.h"
#include "js/shared_array.h"
#include "js/word_view.h"
#include "loop/event_loop.h"
#include "loop/js_callbacks.h"

namespace uintr {

namespace {

// So that terminating a worker takes effect: V8 stops between two slices, not in a system call.
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

class ReceiverBinding final : public EventLoop::Delegate,
                              public std::enable_shared_from_this<ReceiverBinding> {
 public:
  ReceiverBinding(Napi::Env env, const Napi::Object& options)
      : env_(env),
        callbacks_(std::make_shared<Callbacks>(env, "uintr.Receiver", options)),
        counters_(Napi::Persistent(options.Get("counters").As<Napi::Float64Array>())),
        lastPostArray_(Napi::Persistent(options.Get("lastPost").As<Napi::Float64Array>())),
        lastPost_(memoryOf<const LastPost>(lastPostArray_.Value())),
        waitSyncPoll_(busyPollOf(options.Get("busyPollMicros"))),
        receiver_(
            std::in_place, [&] { return openBackend(options); },
            memoryOf<ReceiverCounters>(counters_.Value())) {}

  ~ReceiverBinding() override { release(); }

  // (hardware: boolean, foreignSenders: boolean)
  static std::unique_ptr<ReceiverBackend> openBackend(const Napi::Object& options) {
    if (!options.Get("hardware").As<Napi::Boolean>().Value()) return software::createReceiver();
    return hardware::createReceiver(
        {.foreignSenders = options.Get("foreignSenders").As<Napi::Boolean>().Value()});
  }

  // Apart from the constructor, because shared_from_this() works only afterwards.
  void open(BusyPoll busyPoll) {
    loop_.emplace(env_, *receiver_, weak_from_this(), busyPoll);
    // Closed when the environment ends, and alive until either.
    keepAlive_ = shared_from_this();
    if (napi_add_env_cleanup_hook(env_, &ReceiverBinding::onEnvironmentEnd, this) != napi_ok) {
      throw Napi::Error::New(env_);
    }
    hooked_ = true;
  }

  // --- hot path ---

  napi_value poll(napi_env env, napi_callback_info) {
    return taken(env, receiver_ ? receiver_->takeHighest(receiver_->pending()) : -1);
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
    return throwing(env, [&] {
      if (!receiver_) throw Error{"ERR_UINTR_CLOSED", "the receiver is closed"};
      auto limit = kSleepSlice;
      if (milliseconds >= 0) {
        limit = std::min(limit, microsecondsOf(milliseconds));
      } else if (receiver_->isMasked()) {
        throw Error{"ERR_UINTR_MASKED", "interrupts are masked: this wait would never end"};
      }
      return taken(env, uintr::waitSync(*receiver_, waitSyncPoll_, limit, microsecondsOf(waited)));
    });
  }

  napi_value next(napi_env env, napi_callback_info) {
    return taken(env, interrupts_ == nullptr ? -1 : interrupts_->next());
  }

  napi_value testui(napi_env env, napi_callback_info) {
    napi_value result = nullptr;
    napi_get_boolean(env, receiver_ && receiver_->testui(), &result);
    return result;
  }

  // --- the rest ---

  Napi::Value createFd(const Napi::CallbackInfo& info) {
    const int vector = info[0].As<Napi::Number>().Int32Value();
    Receiver::NewVectorFd created = receiver_->createVectorFd(vector);
    try {
      loop_->watch(created);
    } catch (...) {
      receiver_->remove(created.id);
      throw;
    }
    Napi::Object result = Napi::Object::New(env_);
    const auto& word = pending_.try_emplace(created.id, env_, created.pendingWord).first->second;
    result["pending"] = word.array();
    if (created.uvecFd >= 0) result["uvecFd"] = Napi::Number::New(env_, created.uvecFd);
    result["id"] = Napi::Number::New(env_, created.id);
    // The descriptor is JavaScript's from here on: closeFd().
    result["fd"] = Napi::Number::New(env_, created.fd.get());
    fds_.emplace(created.id, std::move(created.fd));
    return result;
  }

  // (id) closes our own copy of a vector fd.
  Napi::Value closeFd(const Napi::CallbackInfo& info) {
    fds_.erase(info[0].As<Napi::Number>().Uint32Value());
    return env_.Undefined();
  }

  // (low, high, keepsAlive)
  Napi::Value listen(const Napi::CallbackInfo& info) {
    if (receiver_) {
      const std::uint64_t high = info[1].As<Napi::Number>().Uint32Value();
      loop_->listen(high << 32 | info[0].As<Napi::Number>().Uint32Value(),
                    info[2].As<Napi::Boolean>().Value());
    }
    return env_.Undefined();
  }

  Napi::Value stui(const Napi::CallbackInfo&) {
    if (receiver_) receiver_->stui();
    return env_.Undefined();
  }

  Napi::Value clui(const Napi::CallbackInfo&) {
    if (receiver_) receiver_->clui();
    return env_.Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo&) {
    const auto keep = shared_from_this();
    release();
    return env_.Undefined();
  }

  // --- EventLoop::Delegate ---

  // What Node does around a callback (the async context before it, ticks and microtasks after it)
  // and the call itself cost more than a delivery: JavaScript is called first, and asks then.
  void deliver(EventLoop::Interrupts& interrupts) override {
    const auto callbacks = callbacks_;
    // Another one is under way where a listener runs the loop.
    auto* outer = std::exchange(interrupts_, &interrupts);
    callbacks->callWhile([&] { return interrupts.more(); }, callbacks->onInterrupt);
    interrupts_ = outer;
  }

  void onHangUp(Receiver::ChannelId id) override {
    const Napi::HandleScope scope(env_);
    forget(id);
    loop_->unwatch(id);
    receiver_->remove(id);
    const auto callbacks = callbacks_;
    callbacks->call(callbacks->onHangUp, {Napi::Number::New(env_, id)});
  }

 private:
  // A vector, or -1. The hint comes as late as it can: a receiver that spins on that line takes it
  // back.
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
    self->release();
  }

  void forget(Receiver::ChannelId id) {
    fds_.erase(id);
    const auto word = pending_.find(id);
    if (word == pending_.end()) return;
    word->second.takeBack();
    pending_.erase(word);
  }

  void release() {
    if (!receiver_) return;
    const Napi::HandleScope scope(env_);
    if (hooked_) napi_remove_env_cleanup_hook(env_, &ReceiverBinding::onEnvironmentEnd, this);
    hooked_ = false;
    if (loop_) loop_->close();
    while (!pending_.empty()) forget(pending_.begin()->first);
    fds_.clear();
    receiver_.reset();
    counters_.Reset();
    lastPostArray_.Reset();
    callbacks_.reset();
    keepAlive_.reset();
  }

  Napi::Env env_;
  std::shared_ptr<Callbacks> callbacks_;
  Napi::Reference<Napi::Float64Array> counters_;  // both outlive the receiver that uses them
  Napi::Reference<Napi::Float64Array> lastPostArray_;
  const LastPost& lastPost_;
  BusyPoll waitSyncPoll_;
  std::optional<Receiver> receiver_;  // empty once closed
  std::optional<EventLoop> loop_;
  std::unordered_map<Receiver::ChannelId, os::UniqueFd> fds_;
  std::unordered_map<Receiver::ChannelId, WordView> pending_;
  std::shared_ptr<ReceiverBinding> keepAlive_;
  EventLoop::Interrupts* interrupts_ = nullptr;  // while they are being delivered
  bool hooked_ = false;
};

}  // namespace

// (options: see lib/internal/binding.ts) => NativeReceiver
Napi::Value openReceiver(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return translating(env, [&]() -> Napi::Value {
    const auto options = info[0].As<Napi::Object>();
    const auto receiver = std::make_shared<ReceiverBinding>(env, options);
    receiver->open(busyPollOf(options.Get("busyPollMicros")));
    Napi::Object result = Napi::Object::New(env);
    result["poll"] = bindHot<&ReceiverBinding::poll>(env, "poll", receiver);
    result["waitSync"] = bindHot<&ReceiverBinding::waitSync>(env, "waitSync", receiver);
    result["next"] = bindHot<&ReceiverBinding::next>(env, "next", receiver);
    result["testui"] = bindHot<&ReceiverBinding::testui>(env, "testui", receiver);
    result["createFd"] = bind<&ReceiverBinding::createFd>(env, "createFd", receiver);
    result["closeFd"] = bind<&ReceiverBinding::closeFd>(env, "closeFd", receiver);
    result["listen"] = bind<&ReceiverBinding::listen>(env, "listen", receiver);
    result["stui"] = bind<&ReceiverBinding::stui>(env, "stui", receiver);
    result["clui"] = bind<&ReceiverBinding::clui>(env, "clui", receiver);
    result["close"] = bind<&ReceiverBinding::close>(env, "close", receiver);
    return result;
  });
}

}  // namespace uintr
