// A vector fd as JavaScript sees it: lib/internal/binding.ts, NativeVectorFd.

#pragma once

#include <napi.h>

#include "core/receiver.h"
#include "js/js_errors.h"

namespace uintr {

// Makes the object that JavaScript gets for a new vector fd. What it holds is attached to the
// inlet, and taken back with that: our own copy of the descriptor, and the view of the pending
// word.
Napi::Object wrapVectorFd(const ErrorClass& errors, Napi::Env env, Receiver::NewVectorFd vectorFd);

}  // namespace uintr
