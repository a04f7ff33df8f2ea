#include "loop/js_callbacks.h"

namespace uintr {

namespace {

Napi::FunctionReference functionOf(const Napi::Object& options, const char* name) {
  const Napi::Value value = options.Get(name);
  return value.IsFunction() ? Napi::Persistent(value.As<Napi::Function>())
                            : Napi::FunctionReference();
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
  return call(self.Value(), function.Value(), arguments);
}

void Callbacks::callWhile(const std::function<bool()>& more,
                          const Napi::FunctionReference& function) {
  const Napi::HandleScope handles(function.Env());
  const napi_value receiver = self.Value();
  const napi_value called = function.Value();
  while (more() && call(receiver, called, {})) {
  }
}

bool Callbacks::call(napi_value receiver, napi_value function,
                     std::initializer_list<napi_value> arguments) {
  napi_env env = context.Env();
  napi_value ignored = nullptr;
  const napi_status status = napi_make_callback(env, context, receiver, function, arguments.size(),
                                                arguments.begin(), &ignored);
  if (status != napi_pending_exception) return status == napi_ok;
  napi_value error = nullptr;
  return napi_get_and_clear_last_exception(env, &error) == napi_ok &&
         napi_fatal_exception(env, error) == napi_ok;
}

}  // namespace uintr
