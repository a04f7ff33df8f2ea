// JavaScript functions bound to a C++ object, which saves unwrapping `this` in each call.

#pragma once

#include <napi.h>

#include <memory>

#include "js/js_errors.h"

namespace uintr {

// Makes a function for the hot path: bare Node-API, no argument vector, no allocation. `method` is
// `napi_value (T::*)(napi_env, napi_callback_info)`; the function keeps the object alive.
template <auto method, typename T>
Napi::Function bindHot(Napi::Env env, const char* name, const std::shared_ptr<T>& object) {
  const napi_callback callback = [](napi_env callEnv, napi_callback_info info) -> napi_value {
    void* data = nullptr;
    if (napi_get_cb_info(callEnv, info, nullptr, nullptr, nullptr, &data) != napi_ok) {
      return nullptr;
    }
    return (static_cast<T*>(data)->*method)(callEnv, info);
  };
  auto holder = std::make_unique<std::shared_ptr<T>>(object);
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, object.get(), &function) !=
      napi_ok) {
    throw Napi::Error::New(env);
  }
  const napi_finalize finalize = [](napi_env, void* data, void*) {
    std::unique_ptr<std::shared_ptr<T>>(static_cast<std::shared_ptr<T>*>(data));
  };
  if (napi_add_finalizer(env, function, holder.get(), finalize, nullptr, nullptr) != napi_ok) {
    throw Napi::Error::New(env);
  }
  holder.release();  // the finalizer owns it now
  return Napi::Function(env, function);
}

// Makes a function for all other paths. `method`, which may throw, is
// `Napi::Value (T::*)(const Napi::CallbackInfo&)`; the function keeps the object alive.
template <auto method, typename T>
Napi::Function bind(const ErrorClass& errors, Napi::Env env, const char* name,
                    const std::shared_ptr<T>& object) {
  return Napi::Function::New(
      env,
      [errors, object](const Napi::CallbackInfo& info) -> Napi::Value {
        return translating(errors, info.Env(), [&] { return ((*object).*method)(info); });
      },
      name);
}

}  // namespace uintr
