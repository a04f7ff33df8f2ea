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

  // Keeps the word mapped for as long as JavaScript can reach it.
  WordView(Napi::Env env, std::shared_ptr<Word> word);

  // Makes a view for an array that lib/ keeps to itself: the word has to stay mapped until
  // takeBack().
  WordView(Napi::Env env, Word& word);

  // Returns undefined where external memory is forbidden (Electron).
  Napi::Value array() const;

  // Detaches the memory from JavaScript, so that the word is unmapped soon, not only when the array
  // is collected. Has no effect when JavaScript has moved the memory to another ArrayBuffer
  // (transfer()).
  void takeBack();

 private:
  Napi::Env env_;
  Napi::Reference<Napi::ArrayBuffer> memory_;
};

}  // namespace uintr
