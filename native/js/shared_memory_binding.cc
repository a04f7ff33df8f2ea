// Shared memory as JavaScript sees it: lib/internal/binding.ts, NativeSharedMemory.

#include <uv.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "core/errors.h"
#include "core/sealed_memory.h"
#include "js/addon.h"
#include "js/bound_function.h"
#include "js/external_memory.h"
#include "os/memory_info.h"

namespace uintr {

namespace {

// Owns the descriptor alone: the mapping goes with its buffer.
class SharedMemoryBinding {
 public:
  explicit SharedMemoryBinding(os::UniqueFd fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }

  Napi::Value close(const Napi::CallbackInfo& info) {
    fd_.reset();
    return info.Env().Undefined();
  }

 private:
  os::UniqueFd fd_;  // empty once closed
};

Napi::Value wrap(const ErrorClass& errors, Napi::Env env, SealedMemory memory, bool shared) {
  const auto mapping = std::make_shared<const os::Mapping>(std::move(memory.mapping));
  void* const data = mapping->data();
  const std::size_t size = mapping->size();
  Napi::Object buffer;
  if (shared) buffer = externalSharedArrayBuffer(env, data, size, mapping);
  if (buffer.IsEmpty()) buffer = externalArrayBuffer(env, data, size, mapping);
  if (buffer.IsEmpty()) {
    throw Error{"ERR_UINTR_UNSUPPORTED",
                "this runtime forbids buffers over memory that it has not allocated itself"};
  }
  const auto binding = std::make_shared<SharedMemoryBinding>(std::move(memory.fd));
  Napi::Object result = Napi::Object::New(env);
  result["fd"] = Napi::Number::New(env, binding->fd());
  result["byteLength"] = Napi::Number::New(env, static_cast<double>(size));
  result["buffer"] = buffer;
  result["close"] = bind<&SharedMemoryBinding::close>(errors, env, "close", binding);
  return result;
}

// Memory that is not there is an error here. Asked for page by page, it would make the kernel kill
// this process or another one (the OOM killer).
void checkFits(std::size_t size) {
  constexpr std::size_t kWorthAsking = std::size_t{16} << 20;
  if (size < kWorthAsking) return;
  std::uint64_t limit = os::availableMemory();
  // The limit of the control group; 0 where there is none or it is not known. What the group uses
  // already is not subtracted: most of it may be caches.
  const std::uint64_t ofGroup = uv_get_constrained_memory();
  if (ofGroup != 0) limit = std::min(limit, ofGroup);
  if (size > limit) throw os::SystemError{ENOMEM, "memfd_create", "not so much memory is left"};
}

}  // namespace

// (byteLength, name, shared: false for an ArrayBuffer, asNeeded) => NativeSharedMemory
Napi::Value createSharedMemory(const ErrorClass& errors, const Napi::CallbackInfo& info) {
  const auto size = static_cast<std::size_t>(info[0].As<Napi::Number>().Int64Value());
  const std::string name = info[1].As<Napi::String>().Utf8Value();
  using Pages = os::Mapping::Pages;
  const auto pages = info[3].As<Napi::Boolean>().Value() ? Pages::AsNeeded : Pages::Now;
  checkFits(size);
  return wrap(errors, info.Env(), createSealedMemory(name.c_str(), size, pages),
              info[2].As<Napi::Boolean>().Value());
}

// (fd, writable, shared) => NativeSharedMemory. The descriptor stays the caller's.
Napi::Value openSharedMemory(const ErrorClass& errors, const Napi::CallbackInfo& info) {
  const int fd = info[0].As<Napi::Number>().Int32Value();
  // JavaScript has no buffers that are read-only: a store would end the process (SIGSEGV).
  const auto access = info[1].As<Napi::Boolean>().Value() ? os::Mapping::Access::ReadWrite
                                                          : os::Mapping::Access::CopyOnWrite;
  return wrap(errors, info.Env(), openSealedMemory(fd, access),
              info[2].As<Napi::Boolean>().Value());
}

}  // namespace uintr
