#include "js/external_memory.h"

#include <bit>
#include <utility>

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
  static char byte;
  napi_value ignored = nullptr;
  const auto nothing = [](napi_env, void*, void*) {};
  return createByNode(env, &byte, 1, nothing, nullptr, &ignored) !=
         napi_no_external_buffers_allowed;
}

bool hasV8() {
  return &v8::Isolate::GetCurrent != nullptr && &v8::ArrayBuffer::NewBackingStore != nullptr &&
         &v8::ArrayBuffer::New != nullptr;
}

}  // namespace

Napi::ArrayBuffer externalArrayBuffer(Napi::Env env, void* data, std::size_t size, Owner owner) {
  static const bool allowed = isAllowed(env);  // a fact about the running program
  if (!allowed) return {};
  auto hint = std::make_unique<Owner>(std::move(owner));
  if (hasV8()) {
    std::shared_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
        data, size,
        [](void*, std::size_t, void* last) { std::unique_ptr<Owner>{static_cast<Owner*>(last)}; },
        hint.release());
    const auto local = v8::ArrayBuffer::New(v8::Isolate::GetCurrent(), std::move(store));
    // A napi_value is a Local (js_native_api_v8.h, JsValueFromV8LocalValue).
    return {env, std::bit_cast<napi_value>(local)};
  }
  const napi_finalize finalize = [](napi_env, void*, void* last) {
    std::unique_ptr<Owner>{static_cast<Owner*>(last)};
  };
  napi_value buffer = nullptr;
  if (createByNode(env, data, size, finalize, hint.get(), &buffer) != napi_ok) {
    throw Napi::Error::New(env);
  }
  hint.release();  // the finalizer owns it now
  return {env, buffer};
}

}  // namespace uintr
