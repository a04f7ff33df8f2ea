#include "js/external_memory.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

// js_native_api.h declares it from Node 22.23, 24.16 and 26.1 on, and only for addons that ask for
// all that is experimental. Weak, as the functions of V8 below. The finalizer runs on any thread.
extern "C" __attribute__((weak)) napi_status node_api_create_external_sharedarraybuffer(
    napi_env env, void* data, std::size_t size, void (*finalize)(void* data, void* hint),
    void* hint, napi_value* result);

// What v8-array-buffer.h declares, the same from Node 20 to 26. V8's headers cannot be included: an
// addon is compiled with one version of them and runs on all. Weak, so that it loads without, too.
namespace v8 {

class Isolate {
 public:
  __attribute__((weak)) static Isolate* GetCurrent();
};

class BackingStore {
 public:
  __attribute__((weak)) ~BackingStore();
  // V8 says so, too: it makes objects of another size than this declaration has.
  void operator delete(void* store) { ::operator delete(store); }
};

template <typename T>
class Local {
  T* slot_;
};

class ArrayBuffer {
 public:
  using Deleter = void (*)(void* data, std::size_t size, void* hint);
  __attribute__((weak)) static std::unique_ptr<BackingStore> NewBackingStore(void* data,
                                                                             std::size_t size,
                                                                             Deleter deleter,
                                                                             void* hint);
  __attribute__((weak)) static Local<ArrayBuffer> New(Isolate* isolate,
                                                      std::shared_ptr<BackingStore> store);
};

class SharedArrayBuffer {
 public:
  __attribute__((weak)) static std::unique_ptr<BackingStore> NewBackingStore(
      void* data, std::size_t size, ArrayBuffer::Deleter deleter, void* hint);
  __attribute__((weak)) static Local<SharedArrayBuffer> New(Isolate* isolate,
                                                            std::shared_ptr<BackingStore> store);
};

}  // namespace v8

namespace uintr {

namespace {

using Owner = std::shared_ptr<const void>;

// Node-API's own kind of external memory is given back at the end of the environment that made it,
// even if it was moved to another thread (transfer() and postMessage()), which then faults: so it
// serves only where V8's is missing, and to find out whether external memory is allowed.
napi_status createByNode(Napi::Env env, void* data, std::size_t size, napi_finalize finalize,
                         void* hint, napi_value* buffer) {
  return napi_create_external_arraybuffer(env, data, size, finalize, hint, buffer);
}

bool isAllowed(Napi::Env env) {
  static const bool allowed = [&] {  // a fact about the running program
    static char byte;
    napi_value ignored = nullptr;
    const auto nothing = [](napi_env, void*, void*) {};
    return createByNode(env, &byte, 1, nothing, nullptr, &ignored) !=
           napi_no_external_buffers_allowed;
  }();
  return allowed;
}

// Whether V8 has the functions by which Buffer, one of the two kinds, is made.
template <typename Buffer>
bool hasV8() {
  return &v8::Isolate::GetCurrent != nullptr && &Buffer::NewBackingStore != nullptr &&
         &Buffer::New != nullptr;
}

// Drops the owner. Runs on any thread, and gets no environment.
void drop(void* hint) {
  std::unique_ptr<Owner>{static_cast<Owner*>(hint)};
}

// Calls V8 itself. Unlike Node-API's, the memory does not go with the environment.
template <typename Buffer>
napi_value createByV8(void* data, std::size_t size, std::unique_ptr<Owner> hint) {
  std::shared_ptr<v8::BackingStore> store = Buffer::NewBackingStore(
      data, size, [](void*, std::size_t, void* last) { drop(last); }, hint.release());
  const auto local = Buffer::New(v8::Isolate::GetCurrent(), std::move(store));
  // A napi_value is a Local (js_native_api_v8.h, JsValueFromV8LocalValue).
  return std::bit_cast<napi_value>(local);
}

// Tells V8 of the memory for as long as this environment's object over it lives, so that dropped
// ones are collected before they are many. V8 does so by itself for an ArrayBuffer, but counts none
// of a SharedArrayBuffer (backing-store.h, PerIsolateAccountingLength()): several isolates may
// have it.
void account(Napi::Object buffer, std::size_t size) {
  // Half of what makes V8 begin a collection (kExternalAllocationSoftLimit): most of a large
  // memory is no burden that a collection could lighten, and V8 would collect at once.
  constexpr std::size_t kMost = std::size_t{32} << 20;
  const auto bytes = static_cast<std::int64_t>(std::min(size, kMost));
  auto held = std::make_unique<std::int64_t>(bytes);
  buffer.AddFinalizer(
      [](Napi::Env env, std::int64_t* data) {
        const std::unique_ptr<std::int64_t> last(data);
        Napi::MemoryManagement::AdjustExternalMemory(env, -*last);
      },
      held.get());
  held.release();  // the finalizer owns it now
  Napi::MemoryManagement::AdjustExternalMemory(buffer.Env(), bytes);
}

}  // namespace

Napi::ArrayBuffer externalArrayBuffer(Napi::Env env, void* data, std::size_t size, Owner owner) {
  if (!isAllowed(env)) return {};
  auto hint = std::make_unique<Owner>(std::move(owner));
  if (hasV8<v8::ArrayBuffer>()) {
    return {env, createByV8<v8::ArrayBuffer>(data, size, std::move(hint))};
  }
  const napi_finalize finalize = [](napi_env, void*, void* last) { drop(last); };
  napi_value buffer = nullptr;
  if (createByNode(env, data, size, finalize, hint.get(), &buffer) != napi_ok) {
    throw Napi::Error::New(env);
  }
  hint.release();  // the finalizer owns it now
  return {env, buffer};
}

Napi::Object externalSharedArrayBuffer(Napi::Env env, void* data, std::size_t size, Owner owner) {
  if (!isAllowed(env)) return {};
  auto hint = std::make_unique<Owner>(std::move(owner));
  napi_value buffer = nullptr;
  if (&node_api_create_external_sharedarraybuffer != nullptr) {
    const auto finalize = [](void*, void* last) { drop(last); };
    if (node_api_create_external_sharedarraybuffer(env, data, size, finalize, hint.get(),
                                                   &buffer) != napi_ok) {
      throw Napi::Error::New(env);
    }
    hint.release();  // the finalizer owns it now
  } else if (hasV8<v8::SharedArrayBuffer>()) {
    // Node 20: the same calls that Node-API's function makes elsewhere.
    buffer = createByV8<v8::SharedArrayBuffer>(data, size, std::move(hint));
  } else {
    return {};
  }
  const Napi::Object result(env, buffer);
  account(result, size);
  return result;
}

}  // namespace uintr
