// Plays the ping-pong with libuv's event loop and nothing else: the floor of everything that sleeps
// there. An addon, because Node has libuv built in: the same that Node's own loop runs on.

#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

#include "transport.h"

static int fds[2];  // one per side, which polls it
static uv_loop_t* loop;
static uv_poll_t handle;
static int woken;

static void open_libuv(void) {
  for (int side = 0; side < 2; ++side) {
    fds[side] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fds[side] < 0) die("eventfd");
  }
}

static void send_libuv(enum side from) {
  uint64_t one = 1;
  if (write(fds[peer(from)], &one, sizeof one) != sizeof one) die("write eventfd");
}

static void on_ready(uv_poll_t* polled, int status, int events) {
  uint64_t count;
  (void)status;
  (void)events;
  if (read((int)(intptr_t)polled->data, &count, sizeof count) != sizeof count) die("read eventfd");
  woken = 1;
}

// After the fork: an epoll set that two processes share would wake both.
static void start(enum side side) {
  loop = malloc(sizeof *loop);
  if (loop == NULL || uv_loop_init(loop) != 0) die("uv_loop_init");
  if (uv_poll_init(loop, &handle, fds[side]) != 0) die("uv_poll_init");
  handle.data = (void*)(intptr_t)fds[side];
  if (uv_poll_start(&handle, UV_READABLE, on_ready) != 0) die("uv_poll_start");
}

static void wait_libuv(enum side receiver) {
  if (loop == NULL) start(receiver);
  for (woken = 0; !woken;) uv_run(loop, UV_RUN_ONCE);
}

static const struct transport libuv = {"libuv", open_libuv, send_libuv, wait_libuv};

// (rounds, warmUp, cpuFirst, cpuOther) => the exit status
static napi_value play_libuv(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value arguments[4], status;
  int64_t numbers[4];
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  for (size_t i = 0; i < 4; ++i) {
    if (napi_get_value_int64(env, arguments[i], &numbers[i]) != napi_ok) return NULL;
  }
  int result = play(&libuv, numbers[0], numbers[1], (int)numbers[2], (int)numbers[3]);
  return napi_create_int32(env, result, &status) == napi_ok ? status : NULL;
}

NAPI_MODULE_INIT() {
  napi_value function = NULL;
  if (napi_create_function(env, "play", NAPI_AUTO_LENGTH, play_libuv, NULL, &function) == napi_ok &&
      napi_set_named_property(env, exports, "play", function) == napi_ok) {
    return exports;
  }
  return NULL;
}
