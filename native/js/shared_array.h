// A Float64Array that JavaScript made, seen as a struct of doubles from C++.

#pragma once

#include <napi.h>

namespace uintr {

// Returns the memory of the array, which JavaScript and C++ both use, as a T. Throws a TypeError
// when the sizes differ.
template <typename T>
T& memoryOf(Napi::Float64Array array) {
  if (array.ByteLength() != sizeof(T)) {
    throw Napi::TypeError::New(array.Env(), "the array has another length");
  }
  return *reinterpret_cast<T*>(array.Data());
}

}  // namespace uintr
