#include "core/rings.h"

#include <algorithm>

namespace uintr {

std::uint64_t Rings::raised() const noexcept {
  const bool any = std::ranges::any_of(rings_, [this](const Ring& ring) {
    if ((ring.reader->wanted & wanted_) == 0) return false;
    return isPublished(ring.begin[(ring.reader->position & ring.mask) / 4]);
  });
  return any ? bit_ : 0;
}

// A ring that is idle has been announced before, and costs a comparison.
void Rings::beforeSleep() noexcept {
  for (Ring& ring : rings_) {
    const std::uint32_t position = ring.reader->position;
    if ((ring.reader->wanted & wanted_) == 0 || ring.announced == position) continue;
    ring.announced = position;
    announce(*ring.bell, position);
  }
}

}  // namespace uintr
