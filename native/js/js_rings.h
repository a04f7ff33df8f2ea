// The rings of a receiver as JavaScript names them: lib/internal/binding.ts, NativeRing.

#pragma once

#include <napi.h>

#include <vector>

#include "core/rings.h"

namespace uintr {

// Rings whose memory JavaScript owns: a reference keeps it for as long as it is looked at.
class JsRings {
 public:
  explicit JsRings(std::uint64_t bit) : rings_(bit) {}

  Rings& rings() { return rings_; }

  // { words: Int32Array, begin, capacity, bell, reader: Int32Array }
  void add(const Napi::Object& ring);
  // The ring with that reader, which another call added.
  void remove(const Napi::Int32Array& reader);

 private:
  struct Memory {
    const Rings::Reader* of;  // which ring
    Napi::Reference<Napi::Int32Array> words;
    Napi::Reference<Napi::Int32Array> reader;
  };

  Rings rings_;
  std::vector<Memory> memories_;
};

}  // namespace uintr
