// Calling JavaScript from the event loop.

#pragma once

#include <napi.h>

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

  Napi::ObjectReference self;
  Napi::FunctionReference onInterrupt;
  Napi::FunctionReference onHangUp;
  Napi::FunctionReference onReady;
  Napi::AsyncContext context;
};

// A call that is made ready before its moment comes. What Node does around a callback (the async
// context before it, ticks and microtasks after it) costs more than the call: here it is done
// before the construction ends and in the destructor, also if it is never called. Both may run
// JavaScript (async hooks; ticks), and so may close what is to be called.
class PreparedCall {
 public:
  // `callbacks` must outlive it.
  PreparedCall(const Callbacks& callbacks, const Napi::FunctionReference& function);
  ~PreparedCall();
  PreparedCall(const PreparedCall&) = delete;
  PreparedCall& operator=(const PreparedCall&) = delete;

  // As Callbacks::call(), once.
  bool operator()(std::initializer_list<napi_value> arguments);

 private:
  Napi::HandleScope handles_;
  napi_env env_;
  napi_value self_;
  napi_value function_;
  napi_callback_scope scope_ = nullptr;
};

}  // namespace uintr
