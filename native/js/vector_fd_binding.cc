#include "js/vector_fd_binding.h"

#include <sys/socket.h>

#include <memory>
#include <utility>

#include "js/bound_function.h"
#include "js/word_view.h"

namespace uintr {

namespace {

class VectorFdBinding {
 public:
  VectorFdBinding(Napi::Env env, os::UniqueFd fd, const Inlet& inlet)
      : fd_(std::move(fd)), inlet_(&inlet), pending_(env, inlet.pendingWord()) {}

  int fd() const { return fd_.get(); }
  Napi::Value pending() const { return pending_.array(); }

  // Closes our own copy of the vector fd. Other holders keep theirs.
  Napi::Value close(const Napi::CallbackInfo& info) {
    fd_.reset();
    return info.Env().Undefined();
  }

  // Hangs up on all holders. Our own end hangs up with theirs, so the event loop removes the inlet.
  Napi::Value revoke(const Napi::CallbackInfo& info) {
    fd_.reset();
    if (inlet_ != nullptr) ::shutdown(inlet_->socket.get(), SHUT_RDWR);
    return info.Env().Undefined();
  }

  void shut() {
    fd_.reset();
    inlet_ = nullptr;
    pending_.takeBack();
  }

 private:
  os::UniqueFd fd_;     // empty once closed
  const Inlet* inlet_;  // null once it is gone
  WordView pending_;
};

// JavaScript's functions keep the binding alive; the inlet ends its use.
struct Attached final : Inlet::Attachment {
  explicit Attached(std::shared_ptr<VectorFdBinding> vectorFd) : binding(std::move(vectorFd)) {}
  ~Attached() override { binding->shut(); }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

  std::shared_ptr<VectorFdBinding> binding;
};

}  // namespace

Napi::Object wrapVectorFd(const ErrorClass& errors, Napi::Env env, Receiver::NewVectorFd vectorFd) {
  Inlet& inlet = vectorFd.inlet;
  const auto binding = std::make_shared<VectorFdBinding>(env, std::move(vectorFd.fd), inlet);
  inlet.attachments.push_back(std::make_unique<Attached>(binding));
  Napi::Object result = Napi::Object::New(env);
  result["fd"] = Napi::Number::New(env, binding->fd());
  result["pending"] = binding->pending();
  if (inlet.uvecFd() >= 0) result["uvecFd"] = Napi::Number::New(env, inlet.uvecFd());
  result["close"] = bind<&VectorFdBinding::close>(errors, env, "close", binding);
  result["revoke"] = bind<&VectorFdBinding::revoke>(errors, env, "revoke", binding);
  return result;
}

}  // namespace uintr
