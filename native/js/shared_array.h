#pragma once

#include <napi.h>

namespace uintr {

// The memory of an array that JavaScript made and both sides use, as a struct of doubles.
template <typename T>
T& memoryOf(Napi::Float64Array array) {
  if (array.ByteLength() != sizeof(T)) {
    throw Napi::TypeError::New(array.Env(), "the array has another length");
  }
  return *reinterpret_cast<T*>(array.Data());
}

}  // namespace uintr
