// An ArrayBuffer over memory of ours.

#pragma once

#include <napi.h>

#include <cstddef>
#include <memory>

namespace uintr {

// Makes an ArrayBuffer over `size` bytes at `data`, which keeps `owner` for as long as JavaScript
// can reach the bytes, be it from another thread: the owner's end can come on any thread. Empty
// where external memory is forbidden (Electron).
Napi::ArrayBuffer externalArrayBuffer(Napi::Env env, void* data, std::size_t size,
                                      std::shared_ptr<const void> owner);

}  // namespace uintr
