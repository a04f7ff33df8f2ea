// Turns C++ exceptions into JavaScript errors. The addon reports failures by exceptions inside;
// none crosses the Node-API boundary.

#pragma once

#include <napi.h>

#include <memory>

#include "core/errors.h"
#include "os/system_error.h"

namespace uintr {

// The class UintrError (lib/internal/errors.ts) of one evaluation of the JavaScript. The reference
// is weak, so that the addon keeps no context of a test runner alive: whoever can call the addon
// has the class.
using ErrorClass = std::shared_ptr<Napi::FunctionReference>;

// Makes an error of that class with a code; that of a system call has errno and syscall, too.
Napi::Error toJavaScript(const ErrorClass& errors, Napi::Env env, const os::SystemError& error);
Napi::Error toJavaScript(const ErrorClass& errors, Napi::Env env, const Error& error);

// Runs a function that may throw a SystemError or an Error, inside a node-addon-api callback.
// Throws Napi::Error instead, which node-addon-api hands to JavaScript.
template <typename Function>
auto translating(const ErrorClass& errors, Napi::Env env, Function&& function) {
  try {
    return function();
  } catch (const os::SystemError& error) {
    throw toJavaScript(errors, env, error);
  } catch (const Error& error) {
    throw toJavaScript(errors, env, error);
  }
}

// Runs the function likewise inside a bare Node-API callback: the error stays pending in the
// environment.
template <typename Function>
napi_value throwing(const ErrorClass& errors, napi_env env, Function&& function) {
  try {
    return translating(errors, env, function);
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return nullptr;
  }
}

}  // namespace uintr
