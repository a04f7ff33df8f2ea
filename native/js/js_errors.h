// Turns C++ exceptions into JavaScript errors. The addon reports failures by exceptions inside;
// none crosses the Node-API boundary.

#pragma once

#include <napi.h>

#include "core/errors.h"
#include "os/system_error.h"

namespace uintr {

// Makes a UintrError (lib/internal/errors.ts) with a code; that of a system call has errno and
// syscall, too.
Napi::Error toJavaScript(Napi::Env env, const os::SystemError& error);
Napi::Error toJavaScript(Napi::Env env, const Error& error);

// Runs a function that may throw a SystemError or an Error, inside a node-addon-api callback.
// Throws Napi::Error instead, which node-addon-api hands to JavaScript.
template <typename Function>
auto translating(Napi::Env env, Function&& function) {
  try {
    return function();
  } catch (const os::SystemError& error) {
    throw toJavaScript(env, error);
  } catch (const Error& error) {
    throw toJavaScript(env, error);
  }
}

// Runs the function likewise inside a bare Node-API callback: the error stays pending in the
// environment.
template <typename Function>
napi_value throwing(napi_env env, Function&& function) {
  try {
    return translating(env, function);
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return nullptr;
  }
}

}  // namespace uintr
