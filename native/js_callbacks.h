// Calling JavaScript from the event loop.

#pragma once

#include <napi.h>

#include <functional>

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

  // Calls onInterrupt with a vector that is not known yet; no call, and false, if it is -1. What
  // Node does around a callback (the async context before it, ticks and microtasks after it) costs
  // more than the call: here it is done before `next` is asked, and after the callback. Both may
  // run JavaScript (async hooks; ticks), and so may close what is to be called.
  using Next = std::function<int()>;
  bool callWithNext(const Next& next);

  // The faster of two ways to do that, where callback scopes keep the async context.
  bool callInScope(const Next& next);

  Napi::ObjectReference self;
  Napi::FunctionReference onInterrupt;
  Napi::FunctionReference onHangUp;
  Napi::FunctionReference onReady;
  Napi::AsyncContext context;

 private:
  bool callThroughTrampoline(const Next& next);
  static napi_value trampoline(napi_env env, napi_callback_info info);
  bool interrupt(const Next& next);

  Napi::FunctionReference trampoline_;  // made when it is first needed
  const Next* next_ = nullptr;          // the trampoline's
  bool called_ = false;                 // and its result
};

// (options) => () => void: what it returns calls onInterrupt by callInScope(). For
// lib/async-context.ts, which finds out by that what Addon::scopesKeepContext is.
Napi::Value callbackInScope(const Napi::CallbackInfo& info);

}  // namespace uintr
