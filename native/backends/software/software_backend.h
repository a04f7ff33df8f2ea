// The software backend: a vector page stands in for the UPID, a locked instruction for SENDUIPI,
// and a flag for UIF.

#pragma once

#include "core/backend.h"

namespace uintr::software {

const Backend& backend();

}  // namespace uintr::software
