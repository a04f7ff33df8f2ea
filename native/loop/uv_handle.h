// libuv handles that close with their owner, and the event loop of an environment.

#pragma once

#include <napi.h>
#include <uv.h>

#include <memory>

#include "os/system_error.h"

namespace uintr {

inline uv_loop_t* loopOf(Napi::Env env) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) throw Napi::Error::New(env);
  return loop;
}

// Throws os::SystemError for a libuv call that failed.
inline void checkUv(int result, const char* name) {
  if (result < 0) throw os::SystemError{-result, name};
}

// Owns one libuv handle. libuv gives a handle back only in a later turn of the event loop. Until
// then the environment, and with it a worker's thread and loop, cannot go away.
template <typename Handle>
class UvHandle {
 public:
  explicit UvHandle(Napi::Env env) : block_(std::make_unique<Block>().release()) {
    // The hook itself has nothing to do: the owner closes the handle. Node waits for its removal.
    const auto nothing = [](napi_async_cleanup_hook_handle, void*) {};
    if (napi_add_async_cleanup_hook(env, nothing, nullptr, &block_->hook) != napi_ok) {
      throw Napi::Error::New(env);
    }
  }

  Handle* get() { return &block_->handle; }

  // Call after a successful uv_*_init: only then can the handle be closed, and it must be. `owner`
  // is what ownerOf() returns in the handle's callbacks. The handle does not keep the loop alive.
  void initialized(void* owner) {
    block_->handle.data = owner;
    block_->initialized = true;
    uv_unref(reinterpret_cast<uv_handle_t*>(get()));
  }

  void keepLoopAlive(bool keepsAlive) {
    auto* handle = reinterpret_cast<uv_handle_t*>(get());
    if (keepsAlive) {
      uv_ref(handle);
    } else {
      uv_unref(handle);
    }
  }

  void close() { block_.reset(); }

 private:
  struct Block {
    Handle handle{};
    napi_async_cleanup_hook_handle hook = nullptr;
    bool initialized = false;

    ~Block() {
      if (hook != nullptr) napi_remove_async_cleanup_hook(hook);
    }
  };

  struct Close {
    void operator()(Block* block) const {
      if (!block->initialized) {
        const std::unique_ptr<Block> unopened{block};
        return;
      }
      block->handle.data = block;
      uv_close(reinterpret_cast<uv_handle_t*>(&block->handle), [](uv_handle_t* handle) {
        const std::unique_ptr<Block> closed{static_cast<Block*>(handle->data)};
      });
    }
  };

  std::unique_ptr<Block, Close> block_;
};

template <typename Owner, typename Handle>
Owner& ownerOf(Handle* handle) {
  return *static_cast<Owner*>(handle->data);
}

}  // namespace uintr
