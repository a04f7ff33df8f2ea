#include "js/word_view.h"

#include <utility>

#include "js/external_memory.h"

namespace uintr {

WordView::WordView(Napi::Env env, std::shared_ptr<Word> word) : env_(env) {
  // const_cast: an ArrayBuffer has no read-only kind.
  auto* address = const_cast<std::atomic<std::uint32_t>*>(word.get());
  const Napi::ArrayBuffer buffer =
      externalArrayBuffer(env, address, sizeof(*address), std::move(word));
  if (!buffer.IsEmpty()) memory_ = Napi::Persistent(buffer);
}

WordView::WordView(Napi::Env env, Word& word)
    : WordView(env, std::shared_ptr<Word>(std::shared_ptr<void>(), &word)) {
}

Napi::Value WordView::array() const {
  if (memory_.IsEmpty()) return env_.Undefined();
  return Napi::Int32Array::New(env_, 1, memory_.Value(), 0);
}

void WordView::takeBack() {
  if (memory_.IsEmpty()) return;
  napi_detach_arraybuffer(env_, memory_.Value());
  memory_.Reset();
}

}  // namespace uintr
