#include "js_callbacks.h"

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

PreparedCall::PreparedCall(const Callbacks& callbacks, const Napi::FunctionReference& function)
    : handles_(function.Env()),
      env_(function.Env()),
      self_(callbacks.self.Value()),
      function_(function.Value()) {
  // The resource is ignored: the context has one. Without a scope the call fails.
  napi_open_callback_scope(env_, nullptr, callbacks.context, &scope_);
}

PreparedCall::~PreparedCall() {
  if (scope_ != nullptr) napi_close_callback_scope(env_, scope_);
}

bool PreparedCall::operator()(std::initializer_list<napi_value> arguments) {
  if (scope_ == nullptr) return false;
  napi_value ignored = nullptr;
  // An uncaughtException's handler runs before the ticks that the callback scheduled.
  return hasReturned(env_, napi_call_function(env_, self_, function_, arguments.size(),
                                              arguments.begin(), &ignored));
}

}  // namespace uintr
