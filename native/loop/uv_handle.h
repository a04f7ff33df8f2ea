#pragma once

#include <napi.h>
#include <uv.h>

#include <memory>

namespace uintr {

uv_loop_t* loopOf(Napi::Env env);

// Owns one libuv handle. libuv gives a handle back only in a later turn of the loop; until then
// the environment, and with it a worker's thread and loop, is kept from going away.
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

  // Call after a successful uv_*_init: only then can and must the handle be closed.
  void initialized() { block_->initialized = true; }

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

}  // namespace uintr
