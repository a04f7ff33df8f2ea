#include "js/js_rings.h"

#include <utility>

namespace uintr {

namespace {

// Both sides write plain words there, on one thread.
const Rings::Reader& readerOf(const Napi::Int32Array& array) {
  if (array.ByteLength() != sizeof(Rings::Reader)) {
    throw Napi::TypeError::New(array.Env(), "the array has another length");
  }
  return *reinterpret_cast<const Rings::Reader*>(array.Data());
}

}  // namespace

void JsRings::add(const Napi::Object& ring) {
  const auto number = [&](const char* name) {
    return ring.Get(name).As<Napi::Number>().Uint32Value();
  };
  auto words = ring.Get("words").As<Napi::Int32Array>();
  const auto reader = ring.Get("reader").As<Napi::Int32Array>();
  auto* const memory = reinterpret_cast<std::atomic<std::uint32_t>*>(words.Data());
  const Rings::Reader& position = readerOf(reader);
  memories_.push_back(
      {.of = &position, .words = Napi::Persistent(words), .reader = Napi::Persistent(reader)});
  rings_.add({.begin = memory + number("begin"),
              .mask = number("capacity") - 1,
              .bell = memory + number("bell"),
              .reader = &position});
}

void JsRings::remove(const Napi::Int32Array& reader) {
  const Rings::Reader& position = readerOf(reader);
  rings_.remove(position);
  std::erase_if(memories_, [&](const Memory& memory) { return memory.of == &position; });
}

}  // namespace uintr
