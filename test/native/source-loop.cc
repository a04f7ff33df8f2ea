// An addon with a receiver, its event loop and one source on an eventfd, for source.test.ts: uintr
// itself has no source yet that JavaScript could make.

#include <napi.h>

#include <memory>
#include <optional>

#include "../../native/backends/software/software_backend.h"
#include "../../native/core/receiver.h"
#include "../../native/loop/event_loop.h"
#include "sources.h"

namespace {

using namespace uintr;

using test::EventfdSource;

struct Fixture {
  Fixture(Napi::Env env, const Napi::CallbackInfo& info)
      : receiver(std::in_place, software::backend(), BackendOptions{}, counters),
        loop(std::make_shared<EventLoop>(
            env, *receiver,
            JsCallback(std::make_shared<JsObject>(env, "fixture", info[0]), info[1]),
            BusyPoll(std::chrono::microseconds(info[2].As<Napi::Number>().Int64Value())))) {
    loop->setWanted(~std::uint64_t{0}, true);
  }

  ReceiverCounters counters{};
  std::optional<Receiver> receiver;
  EventfdSource source{9};
  std::shared_ptr<EventLoop> loop;
};

// (self, onInterrupts, busyPollMicros) => functions
Napi::Value open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto fixture = std::make_shared<Fixture>(env, info);
  const auto add = [&](Napi::Object& object, const char* name, auto method) {
    object[name] = Napi::Function::New(
        env, [fixture, method](const Napi::CallbackInfo& call) { return method(*fixture, call); },
        name);
  };
  Napi::Object result = Napi::Object::New(env);
  result["eventfd"] = Napi::Number::New(env, fixture->source.eventfd.get());
  add(result, "addSource",
      [](Fixture& f, const Napi::CallbackInfo&) { f.receiver->add(f.source); });
  add(result, "removeSource",
      [](Fixture& f, const Napi::CallbackInfo&) { f.receiver->remove(f.source); });
  add(result, "raise", [](Fixture& f, const Napi::CallbackInfo& call) {
    f.receiver->raise(call[0].As<Napi::Number>());
  });
  add(result, "next", [](Fixture& f, const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), f.loop->next());
  });
  add(result, "sleeps", [](Fixture& f, const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), f.counters.sleeps);
  });
  add(result, "wakeUps", [](Fixture& f, const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), f.counters.wakeUps);
  });
  add(result, "close", [](Fixture& f, const Napi::CallbackInfo&) {
    f.loop->close();
    f.receiver.reset();
  });
  return result;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports["open"] = Napi::Function::New(env, open, "open");
  return exports;
}

}  // namespace

NODE_API_MODULE(source_loop, init)
