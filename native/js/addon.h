// What the addon exports.

#pragma once

#include <napi.h>

#include "js/js_errors.h"

namespace uintr {

// The exported functions; lib/internal/binding.ts has their types. What they open comes as an
// object of functions that share one C++ object and keep it alive. Each may throw what
// translating() takes.
using Exported = Napi::Value(const ErrorClass& errors, const Napi::CallbackInfo& info);
Exported openReceiver;
Exported openSender;
Exported openFdSocket;
Exported openFdSocketPair;
Exported connectFdSocket;
Exported duplicateFdSocket;
Exported peekFdSocket;
Exported openFdListener;
Exported createSharedMemory;
Exported openSharedMemory;
Exported capabilities;
Exported descriptorLimit;

}  // namespace uintr
