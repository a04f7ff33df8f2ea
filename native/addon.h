#pragma once

#include <napi.h>

namespace uintr {

// All that one environment (main thread or worker) has of the addon.
struct Addon {
  Napi::FunctionReference errorClass;  // UintrError of lib/errors.ts
};

// What the native functions of one object share. Each function holds on to it, so no function can
// outlive what it works on, whatever JavaScript keeps.
Napi::Value openReceiver(const Napi::CallbackInfo& info);
Napi::Value openSender(const Napi::CallbackInfo& info);
Napi::Value capabilities(const Napi::CallbackInfo& info);

}  // namespace uintr
