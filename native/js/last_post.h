// The last post of a thread, and a hint to the CPU that the next one goes there, too.

#pragma once

#include <cstdint>

#include "cpu/hints.h"

namespace uintr {

// Memory that JavaScript writes: lib/core/last-post.ts.
struct LastPost {
  double address;  // 0: nowhere yet; user space ends far below 2^53

  // Fetches the cache line while JavaScript still works on the post: with the cores apart the fetch
  // takes 100 ns. A receiver that spins on the cache line takes it back if no post comes within
  // some 150 ns.
  void expectAnother() const {
    if (address != 0) {
      fetchToWrite(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)));
    }
  }
};

}  // namespace uintr
