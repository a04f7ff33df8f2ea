// Two Node-API functions: one that does nothing, which is what any native call costs before it does
// something, and one that does the least that a post can be.

#include <node_api.h>
#include <stdatomic.h>
#include <stddef.h>

static napi_value empty(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  return NULL;
}

// Finds what it belongs to, sets a bit there, and looks whether anybody sleeps.
static napi_value post(napi_env env, napi_callback_info info) {
  void* data = NULL;
  if (napi_get_cb_info(env, info, NULL, NULL, NULL, &data) != napi_ok) return NULL;
  atomic_ulong* words = data;
  atomic_fetch_or(&words[0], 1);
  (void)atomic_load(&words[1]);  // an atomic load is made even if nobody wants the value
  return NULL;
}

static napi_status add(napi_env env, napi_value exports, const char* name, napi_callback function,
                       void* data) {
  napi_value value = NULL;
  const napi_status status =
      napi_create_function(env, name, NAPI_AUTO_LENGTH, function, data, &value);
  return status == napi_ok ? napi_set_named_property(env, exports, name, value) : status;
}

NAPI_MODULE_INIT() {
  static atomic_ulong words[2];
  if (add(env, exports, "empty", empty, NULL) != napi_ok) return NULL;
  if (add(env, exports, "post", post, words) != napi_ok) return NULL;
  return exports;
}
