// What the addon exports, and what it keeps per environment.

#pragma once

#include <napi.h>

namespace uintr {

// All that one environment (main thread or worker) has of the addon.
struct Addon {
  Napi::FunctionReference errorClass;  // UintrError of lib/internal/errors.ts
};

// The exported functions; lib/internal/binding.ts has their types. What they open comes as an
// object of functions that share one C++ object and keep it alive.
Napi::Value openReceiver(const Napi::CallbackInfo& info);
Napi::Value openSender(const Napi::CallbackInfo& info);
Napi::Value openFdSocket(const Napi::CallbackInfo& info);
Napi::Value openFdSocketPair(const Napi::CallbackInfo& info);
Napi::Value connectFdSocket(const Napi::CallbackInfo& info);
Napi::Value openFdListener(const Napi::CallbackInfo& info);
Napi::Value capabilities(const Napi::CallbackInfo& info);
Napi::Value descriptorLimit(const Napi::CallbackInfo& info);

}  // namespace uintr
