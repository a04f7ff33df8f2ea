// Calls from the event loop into JavaScript.

#pragma once

#include <napi.h>

#include <initializer_list>
#include <memory>
#include <utility>

namespace uintr {

// The JavaScript object that callbacks belong to: their `this`, and the async context in which the
// object was created, which its callbacks keep (AsyncLocalStorage).
struct JsObject {
  JsObject(Napi::Env env, const char* resourceName, const Napi::Value& object)
      : self(Napi::Persistent(object.As<Napi::Object>())),
        context(env, resourceName, self.Value()) {}

  Napi::ObjectReference self;
  Napi::AsyncContext context;
};

// A function of a JavaScript object. What it does may close the object and destroy the JsCallback,
// even while the call runs.
class JsCallback {
 public:
  JsCallback(std::shared_ptr<JsObject> object, const Napi::Value& function)
      : object_(std::move(object)), function_(Napi::Persistent(function.As<Napi::Function>())) {}

  // Returns false when no JavaScript can run any more because the environment ends. A function that
  // throws causes an uncaughtException, as a listener of any EventEmitter does.
  bool call(std::initializer_list<napi_value> arguments) const {
    const auto object = object_;
    return call(*object, object->self.Value(), function_.Value(), arguments);
  }

  // Calls the function without arguments while the condition holds, all in one handle scope: a
  // scope per call would cost more than the rest of a delivery.
  template <typename Condition>
  void callWhile(Condition&& condition) const {
    const auto object = object_;
    const Napi::HandleScope handles(object->context.Env());
    const napi_value self = object->self.Value();
    const napi_value function = function_.Value();
    while (condition() && call(*object, self, function, {})) {
    }
  }

 private:
  static bool call(JsObject& object, napi_value self, napi_value function,
                   std::initializer_list<napi_value> arguments);

  std::shared_ptr<JsObject> object_;
  Napi::FunctionReference function_;
};

}  // namespace uintr
