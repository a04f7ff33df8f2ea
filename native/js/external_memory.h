// A SharedArrayBuffer or an ArrayBuffer over memory of ours.

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

// Makes a SharedArrayBuffer likewise: all threads to which it is posted share the bytes, and the
// last one that can reach them keeps the owner. It cannot be detached. Empty where the runtime has
// no way to make one, or forbids external memory.
Napi::Object externalSharedArrayBuffer(Napi::Env env, void* data, std::size_t size,
                                       std::shared_ptr<const void> owner);

}  // namespace uintr
