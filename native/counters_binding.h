#pragma once

#include <napi.h>

#include "counters.h"

namespace uintr {

// The memory of an array that JavaScript made: its length is lib/stats.ts's to get right.
template <typename Counters>
Counters& countersIn(Napi::Float64Array array) {
  if (array.ByteLength() != sizeof(Counters)) {
    throw Napi::TypeError::New(array.Env(), "the counters have another length");
  }
  return *reinterpret_cast<Counters*>(array.Data());
}

}  // namespace uintr
