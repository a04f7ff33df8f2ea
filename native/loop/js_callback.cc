#include "loop/js_callback.h"

namespace uintr {

bool JsCallback::call(JsObject& object, napi_value self, napi_value function,
                      std::initializer_list<napi_value> arguments) {
  napi_env env = object.context.Env();
  napi_value ignored = nullptr;
  const napi_status status = napi_make_callback(env, object.context, self, function,
                                                arguments.size(), arguments.begin(), &ignored);
  if (status != napi_pending_exception) return status == napi_ok;
  napi_value error = nullptr;
  return napi_get_and_clear_last_exception(env, &error) == napi_ok &&
         napi_fatal_exception(env, error) == napi_ok;
}

}  // namespace uintr
