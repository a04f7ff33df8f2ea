// The software backend: a vector page stands in for the UPID, a locked instruction for SENDUIPI,
// and a flag for UIF.

#pragma once

#include <memory>

#include "core/backend.h"

namespace uintr::software {

std::unique_ptr<ReceiverBackend> createReceiver();

// `carrier` is the vector page's memory file, from another process: validated here. Null when it
// is not such a file.
std::unique_ptr<SenderBackend> createSender(int carrier, int vector);

}  // namespace uintr::software
