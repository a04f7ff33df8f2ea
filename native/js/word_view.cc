#include "js/word_view.h"

#include <utility>

namespace uintr {

WordView::WordView(Napi::Env env, std::shared_ptr<Word> word) : env_(env) {
  // const_cast: an ArrayBuffer has no read-only kind.
  auto* address = const_cast<std::atomic<std::uint32_t>*>(word.get());
  auto holder = std::make_unique<std::shared_ptr<Word>>(std::move(word));
  const napi_finalize letGo = [](napi_env, void*, void* hint) {
    std::unique_ptr<std::shared_ptr<Word>>{static_cast<std::shared_ptr<Word>*>(hint)};
  };
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(env, address, sizeof(*address), letGo,
                                                              holder.get(), &buffer);
  if (status == napi_no_external_buffers_allowed) return;
  if (status != napi_ok) throw Napi::Error::New(env);
  holder.release();  // the finalizer owns it now
  memory_ = Napi::Persistent(Napi::ArrayBuffer(env, buffer));
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
