// A socket that passes descriptors, as JavaScript sees it: lib/internal/binding.ts, NativeFdSocket.

#include <memory>
#include <vector>

#include "js/addon.h"
#include "js/bound_function.h"
#include "js/owned_fd.h"
#include "js/socket_type.h"
#include "loop/socket_watch.h"
#include "os/unix_socket.h"

namespace uintr {

namespace {

class FdSocketBinding {
 public:
  FdSocketBinding(Napi::Env env, os::ForeignFd socket, int type, const Napi::Object& options)
      : env_(env), socket_(std::move(socket)), type_(type), watch_(env, options, this) {}

  ~FdSocketBinding() { shut(); }

  // (data: Uint8Array, fds: number[]) => bytes taken
  Napi::Value send(const Napi::CallbackInfo& info) {
    const auto data = info[0].As<Napi::Uint8Array>();
    const auto numbers = info[1].As<Napi::Array>();
    std::vector<int> fds(numbers.Length());
    for (std::uint32_t i = 0; i < fds.size(); ++i) {
      fds[i] = numbers.Get(i).As<Napi::Number>().Int32Value();
    }
    const std::span bytes(data.Data(), data.ByteLength());
    return Napi::Number::New(
        env_, static_cast<double>(os::sendWithFds(socket_.get(), std::as_bytes(bytes), fds)));
  }

  // (maxBytes, maxFds) => { data, fds } | undefined (no message)
  Napi::Value receive(const Napi::CallbackInfo& info) {
    return receiving(info, Hold::No, [&](std::span<std::byte> data, std::size_t maxFds) {
      // The duplicates, which end elsewhere, are there for two reasons. What the take drops for
      // want of descriptors is not the last reference then. And without them the message stays.
      const os::ReceivedMessage peeked = os::peekWithFds(socket_.get(), data, os::kMaxFds);
      if (peeked.fdsTruncated) throw os::SystemError{EMFILE, "recvmsg"};
      const bool tooMany = peeked.fds.size() > maxFds;
      // What has come to a stream meanwhile can have descriptors, too.
      if (type_ == SOCK_STREAM) data = data.first(peeked.size);
      // Not the duplicates: another holder of the socket may have taken that message meanwhile.
      os::ReceivedMessage message = os::takeWithFds(socket_.get(), data, tooMany ? 0 : os::kMaxFds);
      if (message.truncated) throw os::SystemError{EMSGSIZE, "recvmsg"};
      if (tooMany || message.fds.size() > maxFds) throwTooManyFds(maxFds);
      if (message.fdsTruncated) throw os::SystemError{EMFILE, "recvmsg"};
      return message;
    });
  }

  // The same for a socket that nobody else holds and that is closed after a failure. A message that
  // brings too many descriptors stays in the queue, so that they do not take up those of this
  // process. Those that come stay this object's, which closes them at its end.
  Napi::Value receiveHeld(const Napi::CallbackInfo& info) {
    return receiving(info, Hold::Yes, [&](std::span<std::byte> data, std::size_t maxFds) {
      os::ReceivedMessage message = os::peekWithFds(socket_.get(), data, maxFds + 1);
      if (message.fds.size() > maxFds) throwTooManyFds(maxFds);
      if (message.fdsTruncated) throw os::SystemError{EMFILE, "recvmsg"};
      os::takeWithFds(socket_.get(), data, 0);  // drops what we have duplicates of
      if (message.truncated) throw os::SystemError{EMSGSIZE, "recvmsg"};
      return message;
    });
  }

  // (milliseconds) => boolean. Blocks the thread.
  Napi::Value waitReadable(const Napi::CallbackInfo& info) {
    const std::chrono::milliseconds timeout(info[0].As<Napi::Number>().Int64Value());
    return Napi::Boolean::New(env_, os::waitReadable(socket_.get(), timeout));
  }

  // (readable: boolean, writable: boolean, keepsAlive: boolean)
  Napi::Value poll(const Napi::CallbackInfo& info) {
    if (!socket_) return env_.Undefined();
    const int events = (info[0].As<Napi::Boolean>().Value() ? UV_READABLE : 0) |
                       (info[1].As<Napi::Boolean>().Value() ? UV_WRITABLE : 0);
    watch_.poll(socket_.get(), events, info[2].As<Napi::Boolean>().Value());
    return env_.Undefined();
  }

  Napi::Value peer(const Napi::CallbackInfo&) {
    const ucred peer = os::peerCredentials(socket_.get());
    Napi::Object result = Napi::Object::New(env_);
    result["pid"] = Napi::Number::New(env_, peer.pid);
    result["uid"] = Napi::Number::New(env_, peer.uid);
    result["gid"] = Napi::Number::New(env_, peer.gid);
    return result;
  }

  Napi::Value peerPidFd(const Napi::CallbackInfo&) {
    os::UniqueFd pidFd = os::peerPidFd(socket_.get());
    if (!pidFd) return env_.Undefined();
    return Napi::Number::New(env_, pidFd.release());  // JavaScript owns it now
  }

  Napi::Value close(const Napi::CallbackInfo&) {
    shut();
    return env_.Undefined();
  }

  void shut() {
    if (!socket_) return;
    watch_.close();
    socket_.reset();
    held_.clear();
  }

 private:
  enum class Hold { No, Yes };

  // Calls `read(data, maxFds)`, and hands over what it returns.
  template <typename Read>
  Napi::Value receiving(const Napi::CallbackInfo& info, Hold hold, const Read& read) {
    const std::size_t maxBytes = info[0].As<Napi::Number>().Uint32Value();
    const std::size_t maxFds = info[1].As<Napi::Number>().Uint32Value();
    const auto space = std::make_unique_for_overwrite<std::byte[]>(maxBytes);
    os::ReceivedMessage message;
    try {
      message = read(std::span(space.get(), maxBytes), maxFds);
    } catch (const os::SystemError& error) {
      if (error.error == EAGAIN) return env_.Undefined();
      throw;
    }
    Napi::Array fds = Napi::Array::New(env_, message.fds.size());
    for (std::uint32_t i = 0; i < message.fds.size(); ++i) fds[i] = message.fds[i].get();
    Napi::Object result = Napi::Object::New(env_);
    result["data"] =
        Napi::Buffer<char>::Copy(env_, reinterpret_cast<const char*>(space.get()), message.size);
    result["fds"] = fds;
    if (hold == Hold::Yes) {
      held_ = std::move(message.fds);
    } else {
      for (os::ForeignFd& fd : message.fds) fd.release();  // JavaScript owns it now
    }
    return result;
  }

  [[noreturn]] static void throwTooManyFds(std::size_t maxFds) {
    throw Error{"ERR_UINTR_TOO_MANY_FDS",
                "the message carries more than " + std::to_string(maxFds) + " descriptors"};
  }

  Napi::Env env_;
  os::ForeignFd socket_;  // empty once closed
  int type_;
  std::vector<os::ForeignFd> held_;
  SocketWatch watch_;
};

}  // namespace

// (fd: number or owned, options) => NativeFdSocket, which owns the descriptor from then on
Napi::Value openFdSocket(const ErrorClass& errors, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  os::ForeignFd* const owned = info[0].IsExternal() ? info[0].As<OwnedFd>().Data() : nullptr;
  const int fd = owned == nullptr ? info[0].As<Napi::Number>().Int32Value() : owned->get();
  const int type = os::unixSocketType(fd);  // if this throws, the descriptor stays the caller's
  if (owned != nullptr) owned->release();
  if (type == SOCK_STREAM) os::takeOutOfBandInline(fd);
  const auto socket =
      std::make_shared<FdSocketBinding>(env, os::ForeignFd(fd), type, info[1].As<Napi::Object>());
  Napi::Object result = Napi::Object::New(env);
  result["fd"] = Napi::Number::New(env, fd);
  result["type"] = Napi::String::New(env, nameOfSocketType(type));
  result["send"] = bind<&FdSocketBinding::send>(errors, env, "send", socket);
  result["receive"] = bind<&FdSocketBinding::receive>(errors, env, "receive", socket);
  result["receiveHeld"] = bind<&FdSocketBinding::receiveHeld>(errors, env, "receiveHeld", socket);
  result["waitReadable"] =
      bind<&FdSocketBinding::waitReadable>(errors, env, "waitReadable", socket);
  result["poll"] = bind<&FdSocketBinding::poll>(errors, env, "poll", socket);
  result["peer"] = bind<&FdSocketBinding::peer>(errors, env, "peer", socket);
  result["peerPidFd"] = bind<&FdSocketBinding::peerPidFd>(errors, env, "peerPidFd", socket);
  result["close"] = bind<&FdSocketBinding::close>(errors, env, "close", socket);
  return result;
}

// What the functions below call owned is a descriptor for openFdSocket.

// (type) => [owned, owned]
Napi::Value openFdSocketPair(const ErrorClass&, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto [first, second] = os::createSocketPair(socketTypeOf(info[0]));
  Napi::Array pair = Napi::Array::New(env, 2);
  pair[0U] = own(env, os::ForeignFd(first.release()));
  pair[1U] = own(env, os::ForeignFd(second.release()));
  return pair;
}

// (address, type) => owned
Napi::Value connectFdSocket(const ErrorClass&, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string address = info[0].As<Napi::String>().Utf8Value();
  return own(env, os::connectUnix(address, socketTypeOf(info[1])));
}

// (fd) => owned: a duplicate, which refers to the same socket
Napi::Value duplicateFdSocket(const ErrorClass&, const Napi::CallbackInfo& info) {
  const int fd = info[0].As<Napi::Number>().Int32Value();
  return own(info.Env(), os::ForeignFd(os::duplicate(fd).release()));
}

// (fd, maxBytes) => Buffer, the begin of the next message, which stays; empty at the end of stream
Napi::Value peekFdSocket(const ErrorClass&, const Napi::CallbackInfo& info) {
  const auto buffer =
      Napi::Buffer<std::byte>::New(info.Env(), info[1].As<Napi::Number>().Uint32Value());
  const std::size_t size = os::peekBytes(info[0].As<Napi::Number>().Int32Value(),
                                         std::span(buffer.Data(), buffer.Length()));
  return Napi::Buffer<std::byte>::Copy(info.Env(), buffer.Data(), size);
}

}  // namespace uintr
