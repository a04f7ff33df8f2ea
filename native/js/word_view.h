// One word of shared memory as JavaScript sees it: an Int32Array, which JIT-compiled code reads and
// writes without a native call.

#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <memory>

namespace uintr {

class WordView {
 public:
  using Word = const std::atomic<std::uint32_t>;

  // Keeps the word mapped for as long as JavaScript can have it.
  WordView(Napi::Env env, std::shared_ptr<Word> word);

  // For arrays that lib/ keeps to itself: the word has to stay until takeBack().
  WordView(Napi::Env env, Word& word);

  // Undefined where external memory is forbidden (Electron).
  Napi::Value array() const;

  // Takes the memory away from JavaScript, and lets go of the word soon, not only when the array is
  // collected; not where somebody has moved the memory to another ArrayBuffer (transfer()).
  void takeBack();

 private:
  Napi::Env env_;
  Napi::Reference<Napi::ArrayBuffer> memory_;
};

}  // namespace uintr
