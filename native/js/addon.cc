#include "js/addon.h"

#include <chrono>
#include <span>

#include "core/counters.h"
#include "js/js_errors.h"

namespace uintr {

namespace {

Napi::Array namesOf(Napi::Env env, std::span<const char* const> names) {
  Napi::Array result = Napi::Array::New(env, names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) result[i] = Napi::String::New(env, names[i]);
  return result;
}

// () => milliseconds. JavaScript's own clocks can be faked, and then a wait would never end.
Napi::Value now(const ErrorClass&, const Napi::CallbackInfo& info) {
  const std::chrono::duration<double, std::milli> time =
      std::chrono::steady_clock::now().time_since_epoch();
  return Napi::Number::New(info.Env(), time.count());
}

// (UintrError: class) => binding: the functions of one evaluation of the JavaScript. They throw
// errors of its class, and nothing of them is global: there can be several evaluations in an
// environment.
Napi::Value setup(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const ErrorClass errors =
      std::make_shared<Napi::FunctionReference>(Napi::Weak(info[0].As<Napi::Function>()));
  Napi::Object binding = Napi::Object::New(env);
  const auto add = [&](const char* name, Exported* function) {
    const auto call = [errors, function](const Napi::CallbackInfo& arguments) -> Napi::Value {
      return translating(errors, arguments.Env(), [&] { return function(errors, arguments); });
    };
    binding[name] = Napi::Function::New(env, call, name);
  };
  add("openReceiver", openReceiver);
  add("openSender", openSender);
  add("openFdSocket", openFdSocket);
  add("openFdSocketPair", openFdSocketPair);
  add("connectFdSocket", connectFdSocket);
  add("duplicateFdSocket", duplicateFdSocket);
  add("peekFdSocket", peekFdSocket);
  add("openFdListener", openFdListener);
  add("createSharedMemory", createSharedMemory);
  add("openSharedMemory", openSharedMemory);
  add("now", now);
  add("capabilities", capabilities);
  add("descriptorLimit", descriptorLimit);
  binding["receiverCounters"] = namesOf(env, kReceiverCounters);
  binding["senderCounters"] = namesOf(env, kSenderCounters);
  return binding;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports["setup"] = Napi::Function::New(env, setup, "setup");
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)

}  // namespace uintr
