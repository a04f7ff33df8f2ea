#include "js_callbacks.h"

#include "addon.h"

namespace uintr {

namespace {

Napi::FunctionReference functionOf(const Napi::Object& options, const char* name) {
  const Napi::Value value = options.Get(name);
  return value.IsFunction() ? Napi::Persistent(value.As<Napi::Function>())
                            : Napi::FunctionReference();
}

// What throws becomes an uncaughtException. False: no JavaScript can run any more.
bool hasReturned(napi_env env, napi_status status) {
  if (status != napi_pending_exception) return status == napi_ok;
  napi_value error = nullptr;
  return napi_get_and_clear_last_exception(env, &error) == napi_ok &&
         napi_fatal_exception(env, error) == napi_ok;
}

}  // namespace

Callbacks::Callbacks(Napi::Env env, const char* resourceName, const Napi::Object& options)
    : self(Napi::Persistent(options.Get("self").As<Napi::Object>())),
      onInterrupt(functionOf(options, "onInterrupt")),
      onHangUp(functionOf(options, "onHangUp")),
      onReady(functionOf(options, "onReady")),
      context(env, resourceName, self.Value()) {
}

bool Callbacks::call(const Napi::FunctionReference& function,
                     std::initializer_list<napi_value> arguments) {
  napi_env env = function.Env();
  napi_value ignored = nullptr;
  return hasReturned(env, napi_make_callback(env, context, self.Value(), function.Value(),
                                             arguments.size(), arguments.begin(), &ignored));
}

bool Callbacks::callWithNext(const Next& next) {
  const bool inScope = onInterrupt.Env().GetInstanceData<Addon>()->scopesKeepContext;
  return inScope ? callInScope(next) : callThroughTrampoline(next);
}

bool Callbacks::callInScope(const Next& next) {
  const Napi::Env env = onInterrupt.Env();
  const Napi::HandleScope handles(env);
  // The resource is ignored: the context has one.
  napi_callback_scope scope = nullptr;
  if (napi_open_callback_scope(env, nullptr, context, &scope) != napi_ok) return false;
  const bool called = interrupt(next);
  napi_close_callback_scope(env, scope);
  return called;
}

// A callback all the way, for its async context: Node calls us, and we call JavaScript.
bool Callbacks::callThroughTrampoline(const Next& next) {
  const Napi::Env env = onInterrupt.Env();
  const Napi::HandleScope handles(env);
  if (trampoline_.IsEmpty()) {
    napi_value function = nullptr;
    if (napi_create_function(env, nullptr, 0, &trampoline, this, &function) != napi_ok) {
      return false;
    }
    trampoline_ = Napi::Persistent(Napi::Function(env, function));
  }
  next_ = &next;
  called_ = false;
  return call(trampoline_, {}) && called_;
}

napi_value Callbacks::trampoline(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  if (napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data) != napi_ok) return nullptr;
  auto& callbacks = *static_cast<Callbacks*>(data);
  callbacks.called_ = callbacks.interrupt(*callbacks.next_);
  return nullptr;
}

bool Callbacks::interrupt(const Next& next) {
  napi_env env = onInterrupt.Env();
  napi_value receiver = self.Value();
  napi_value function = onInterrupt.Value();
  const int vector = next();
  if (vector < 0) return false;
  napi_value argument = nullptr;
  napi_create_int32(env, vector, &argument);
  napi_value ignored = nullptr;
  // An uncaughtException's handler runs before the ticks that the callback scheduled.
  return hasReturned(env, napi_call_function(env, receiver, function, 1, &argument, &ignored));
}

Napi::Value callbackInScope(const Napi::CallbackInfo& info) {
  const auto callbacks =
      std::make_shared<Callbacks>(info.Env(), "uintr.Probe", info[0].As<Napi::Object>());
  return Napi::Function::New(info.Env(), [callbacks](const Napi::CallbackInfo&) {
    callbacks->callInScope([] { return 0; });
  });
}

}  // namespace uintr
