// A Node-API function that does nothing: the cost of any native call before its own work.

#include <node_api.h>
#include <stddef.h>

static napi_value empty(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function = NULL;
  if (napi_create_function(env, "empty", NAPI_AUTO_LENGTH, empty, NULL, &function) == napi_ok &&
      napi_set_named_property(env, exports, "empty", function) == napi_ok) {
    return exports;
  }
  return NULL;
}
