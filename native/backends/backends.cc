#include "backends/backends.h"

#include <algorithm>
#include <array>
#include <string>

#include "backends/hardware/hardware.h"
#include "backends/software/software_backend.h"
#include "core/errors.h"

namespace uintr {

Backends allBackends() {
  static const std::array<const Backend*, 2> all{&hardware::backend(), &software::backend()};
  return all;
}

const Backend& backendNamed(std::string_view name) {
  const Backends all = allBackends();
  const auto found = std::ranges::find(all, name, &Backend::name);
  if (found == all.end()) {
    throw Error{"ERR_INVALID_ARG_VALUE", "there is no backend " + std::string(name)};
  }
  return **found;
}

const Backend& preferredBackend() {
  return **std::ranges::find_if(allBackends(), &Backend::isUsable);
}

}  // namespace uintr
