#include "js/addon.h"

#include <chrono>
#include <span>

#include "core/counters.h"
#include "js/bound_function.h"

namespace uintr {

namespace {

Napi::Array namesOf(Napi::Env env, std::span<const char* const> names) {
  Napi::Array result = Napi::Array::New(env, names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) result[i] = Napi::String::New(env, names[i]);
  return result;
}

// () => milliseconds. JavaScript's own clocks can be faked, and then a wait would never end.
Napi::Value now(const Napi::CallbackInfo& info) {
  const std::chrono::duration<double, std::milli> time =
      std::chrono::steady_clock::now().time_since_epoch();
  return Napi::Number::New(info.Env(), time.count());
}

// (UintrError: class) => binding: one environment's functions, which throw errors of that class.
Napi::Value setup(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Addon& addon = *env.GetInstanceData<Addon>();
  addon.errorClass = Napi::Persistent(info[0].As<Napi::Function>());
  Napi::Object binding = Napi::Object::New(env);
  binding["openReceiver"] = Napi::Function::New(env, openReceiver, "openReceiver");
  binding["openSender"] = Napi::Function::New(env, openSender, "openSender");
  binding["openFdSocket"] = Napi::Function::New(env, openFdSocket, "openFdSocket");
  binding["openFdSocketPair"] = Napi::Function::New(env, openFdSocketPair, "openFdSocketPair");
  binding["connectFdSocket"] = Napi::Function::New(env, connectFdSocket, "connectFdSocket");
  binding["openFdListener"] = Napi::Function::New(env, openFdListener, "openFdListener");
  binding["now"] = Napi::Function::New(env, now, "now");
  binding["capabilities"] = Napi::Function::New(env, capabilities, "capabilities");
  binding["descriptorLimit"] = Napi::Function::New(env, descriptorLimit, "descriptorLimit");
  binding["receiverCounters"] = namesOf(env, kReceiverCounters);
  binding["senderCounters"] = namesOf(env, kSenderCounters);
  return binding;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(std::make_unique<Addon>().release());  // deleted with the environment
  exports["setup"] = Napi::Function::New(env, setup, "setup");
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)

}  // namespace uintr
