// The one factory of backends: a new backend is a folder here, and a line in backends.cc.

#pragma once

#include <string_view>

#include "core/backend.h"

namespace uintr {

// All of them, the preferred one first.
Backends allBackends();

// The backend of that name, which must exist (lib/core/capabilities.ts knows the names).
const Backend& backendNamed(std::string_view name);

// The first one that is usable on this machine: software is, always.
const Backend& preferredBackend();

}  // namespace uintr
