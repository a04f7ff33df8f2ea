// A socket that passes descriptors, as JavaScript sees it: lib/binding.ts, NativeFdSocket.

#include <array>
#include <memory>

#include "addon.h"
#include "bound_function.h"
#include "os/unix_socket.h"

namespace uintr {

namespace {

constexpr std::size_t kMaxMessage = 64 * 1024;

class FdSocketBinding {
 public:
  explicit FdSocketBinding(os::UniqueFd socket) : socket_(std::move(socket)) {}

  // (data: Uint8Array, fds: number[])
  Napi::Value send(const Napi::CallbackInfo& info) {
    const auto data = info[0].As<Napi::Uint8Array>();
    const auto numbers = info[1].As<Napi::Array>();
    std::vector<int> fds(numbers.Length());
    for (std::uint32_t i = 0; i < fds.size(); ++i) {
      fds[i] = numbers.Get(i).As<Napi::Number>().Int32Value();
    }
    const std::span bytes(data.Data(), data.ByteLength());
    os::sendWithFds(socket_.get(), std::as_bytes(bytes), fds);
    return info.Env().Undefined();
  }

  // (milliseconds) => { data, fds } | undefined
  Napi::Value receive(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const std::chrono::milliseconds timeout(info[0].As<Napi::Number>().Int64Value());
    if (!os::waitReadable(socket_.get(), timeout)) return env.Undefined();
    const auto space = std::make_unique<std::array<std::byte, kMaxMessage>>();
    os::ReceivedMessage message =
        os::receiveWithFds(socket_.get(), *space, os::kMaxFdsPerMessage, os::Receive::Take);
    if (message.truncated) throw os::SystemError{EMSGSIZE, "recvmsg"};
    // recvmsg(2) does not fail when this process runs out of descriptors; it leaves some out.
    if (message.fdsTruncated) throw os::SystemError{EMFILE, "recvmsg"};

    Napi::Array fds = Napi::Array::New(env, message.fds.size());
    for (std::uint32_t i = 0; i < message.fds.size(); ++i) fds[i] = message.fds[i].get();
    Napi::Object result = Napi::Object::New(env);
    result["data"] =
        Napi::Buffer<char>::Copy(env, reinterpret_cast<const char*>(space->data()), message.size);
    result["fds"] = fds;
    for (os::UniqueFd& fd : message.fds) fd.release();  // JavaScript's from here on
    return result;
  }

  Napi::Value close(const Napi::CallbackInfo& info) {
    socket_.reset();
    return info.Env().Undefined();
  }

 private:
  os::UniqueFd socket_;
};

Napi::Object wrap(Napi::Env env, os::UniqueFd fd) {
  Napi::Object result = Napi::Object::New(env);
  result["fd"] = Napi::Number::New(env, fd.get());
  const auto socket = std::make_shared<FdSocketBinding>(std::move(fd));
  result["send"] = bind<&FdSocketBinding::send>(env, "send", socket);
  result["receive"] = bind<&FdSocketBinding::receive>(env, "receive", socket);
  result["close"] = bind<&FdSocketBinding::close>(env, "close", socket);
  return result;
}

}  // namespace

// (fd: number) => NativeFdSocket, which owns the descriptor from here on
Napi::Value openFdSocket(const Napi::CallbackInfo& info) {
  return wrap(info.Env(), os::UniqueFd(info[0].As<Napi::Number>().Int32Value()));
}

// () => [NativeFdSocket, NativeFdSocket]
Napi::Value openFdSocketPair(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return translating(env, [&]() -> Napi::Value {
    auto [first, second] = os::createSocketPair();
    Napi::Array pair = Napi::Array::New(env, 2);
    pair[0U] = wrap(env, std::move(first));
    pair[1U] = wrap(env, std::move(second));
    return pair;
  });
}

}  // namespace uintr
