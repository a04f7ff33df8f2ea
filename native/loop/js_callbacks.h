// Calling JavaScript from the event loop.

#pragma once

#include <napi.h>

#include <functional>
#include <initializer_list>

namespace uintr {

// The JavaScript side of one object: the callbacks and the async context in which the object was
// created, which its callbacks keep (AsyncLocalStorage). Hold it by std::shared_ptr and copy that
// before a call: what the callback does may close the object.
struct Callbacks {
  // `options` is `{ self }` with those of the callbacks below that the object has.
  Callbacks(Napi::Env env, const char* resourceName, const Napi::Object& options);

  // A callback that throws ends up as an uncaughtException, as in any EventEmitter. False when no
  // JavaScript can run any more: the environment is ending.
  bool call(const Napi::FunctionReference& function, std::initializer_list<napi_value> arguments);

  // Calls it without arguments for as long as there is more to call it for, all in one handle
  // scope: one for each would cost more than the rest of what is done here.
  void callWhile(const std::function<bool()>& more, const Napi::FunctionReference& function);

  Napi::ObjectReference self;
  Napi::FunctionReference onInterrupt;
  Napi::FunctionReference onHangUp;
  Napi::FunctionReference onReady;
  Napi::AsyncContext context;

 private:
  bool call(napi_value receiver, napi_value function, std::initializer_list<napi_value> arguments);
};

}  // namespace uintr
