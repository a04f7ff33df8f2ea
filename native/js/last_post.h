#pragma once

#include <cstdint>

#include "protocol/post.h"

namespace uintr {

// Where the last post of a thread went (lib/core/last-post.ts), and where its next one probably
// goes: the memory that JavaScript writes.
struct LastPost {
  double address;  // 0: nowhere yet; user space ends far below 2^53

  // Sends for the line, so that it is on its way while JavaScript still works on the post: with the
  // cores apart that takes 100 ns. A receiver that spins on the line takes it back if no post comes
  // within some 150.
  void expectAnother() const {
    if (address != 0) {
      fetchToWrite(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)));
    }
  }
};

}  // namespace uintr
