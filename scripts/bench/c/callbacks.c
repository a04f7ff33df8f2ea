// Measures a call of a JavaScript function from Node's event loop: the bare call, and the call in a
// callback scope (the async context before, ticks and microtasks after).

#include <node_api.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

// kHandles: calls per handle scope, as kDeliveriesPerTurn of the event loop (native/loop).
enum { kBatch = 10000, kBatches = 100, kHandles = 1000 };

struct job {
  napi_env env;
  napi_ref function;  // to call
  napi_ref done;      // (call, callback): nanoseconds
  napi_async_context context;
  uv_idle_t idle;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double least(double a, double b) {
  return a < b ? a : b;
}

// Calls one batch, with a callback scope around each call or around all. For handle scopes see
// kHandles.
static void batch(const struct job* job, int scoped) {
  napi_handle_scope outer;
  napi_callback_scope scope;
  napi_open_handle_scope(job->env, &outer);
  if (!scoped) napi_open_callback_scope(job->env, NULL, job->context, &scope);
  for (int done = 0; done < kBatch; done += kHandles) {
    napi_handle_scope handles;
    napi_value self, function, ignored;
    napi_open_handle_scope(job->env, &handles);
    napi_get_global(job->env, &self);
    napi_get_reference_value(job->env, job->function, &function);
    for (int i = 0; i < kHandles; ++i) {
      if (scoped) {
        napi_make_callback(job->env, job->context, self, function, 0, NULL, &ignored);
      } else {
        napi_call_function(job->env, self, function, 0, NULL, &ignored);
      }
    }
    napi_close_handle_scope(job->env, handles);
  }
  if (!scoped) napi_close_callback_scope(job->env, scope);
  napi_close_handle_scope(job->env, outer);
}

static double cost(const struct job* job, int scoped) {
  double start = now();
  batch(job, scoped);
  return (now() - start) / kBatch;
}

static void freed(uv_handle_t* idle) {
  free(idle->data);
}

// Runs from the loop itself, because a scope inside another callback does next to nothing.
static void run(uv_idle_t* idle) {
  struct job* job = idle->data;
  // The least of many averages, because noise only adds; by turns, so that it hits both.
  double call = 1e9, callback = 1e9;
  for (int i = 0; i < kBatches; ++i) {
    call = least(call, cost(job, 0));
    callback = least(callback, cost(job, 1));
  }
  napi_handle_scope handles;
  napi_value self, done, results[2], ignored;
  napi_open_handle_scope(job->env, &handles);
  napi_create_double(job->env, call, &results[0]);
  napi_create_double(job->env, callback, &results[1]);
  napi_get_global(job->env, &self);
  napi_get_reference_value(job->env, job->done, &done);
  napi_make_callback(job->env, job->context, self, done, 2, results, &ignored);
  napi_delete_reference(job->env, job->function);
  napi_delete_reference(job->env, job->done);
  napi_async_destroy(job->env, job->context);
  napi_close_handle_scope(job->env, handles);
  uv_close((uv_handle_t*)idle, freed);
}

static napi_value measure(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2], name;
  uv_loop_t* loop;
  struct job* job = calloc(1, sizeof *job);
  if (job == NULL) abort();
  job->env = env;
  job->idle.data = job;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_create_reference(env, arguments[0], 1, &job->function);
  napi_create_reference(env, arguments[1], 1, &job->done);
  napi_create_string_utf8(env, "bench", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &job->context);
  napi_get_uv_event_loop(env, &loop);
  uv_idle_init(loop, &job->idle);
  uv_idle_start(&job->idle, run);
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function = NULL;
  if (napi_create_function(env, "measure", NAPI_AUTO_LENGTH, measure, NULL, &function) == napi_ok &&
      napi_set_named_property(env, exports, "measure", function) == napi_ok) {
    return exports;
  }
  return NULL;
}
