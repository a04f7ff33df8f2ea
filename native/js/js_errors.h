// From C++ to JavaScript errors. Exceptions are how the addon fails inside; none crosses the
// Node-API boundary.

#pragma once

#include <napi.h>

#include "core/errors.h"
#include "os/system_error.h"

namespace uintr {

// Both make a UintrError (lib/internal/errors.ts): a code, and for a system call errno and syscall.
Napi::Error toJavaScript(Napi::Env env, const os::SystemError& error);
Napi::Error toJavaScript(Napi::Env env, const Error& error);

// Runs a function that may throw any of ours, for a node-addon-api callback: its wrapper takes over
// from the Napi::Error.
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

// The same for a bare Node-API callback: the error is left pending in the environment.
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
