// A descriptor on its way through JavaScript to openFdSocket. It is closed if it never arrives, for
// instance because the worker is terminated.

#pragma once

#include <napi.h>

#include <memory>

#include "os/foreign_fd.h"

namespace uintr {

using OwnedFd = Napi::External<os::ForeignFd>;

// Wraps a descriptor into an object that closes it when it is collected.
inline Napi::Value own(Napi::Env env, os::ForeignFd fd) {
  auto owned = std::make_unique<os::ForeignFd>(std::move(fd));
  const auto close = [](Napi::Env, os::ForeignFd* data) { std::unique_ptr<os::ForeignFd>{data}; };
  const Napi::Value result = OwnedFd::New(env, owned.get(), close);
  owned.release();  // the finalizer owns it now
  return result;
}

}  // namespace uintr
