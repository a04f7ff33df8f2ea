// The words of a channel's ring that the reader's thread looks at before it sleeps. All else of a
// ring is in lib/channels: docs/channel-layout.md describes the memory.
//
//   writer (lib/channels/ring-writer.ts)      reader
//   ------                                    ------
//   publish: store the commit word   (A)      announce: bell = position   (C)
//   load the bell                    (B)      load the commit word there  (D)
//   it is this frame's position: ring         0: sleep
//
// Dekker's pattern, as in post.h. A, B, C and D are sequentially consistent: if D misses the commit
// word of A, then C comes before B, and B sees the position and rings.

#pragma once

#include <atomic>
#include <cstdint>

namespace uintr {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "the words are shared by processes");

inline bool isPublished(const std::atomic<std::uint32_t>& commitWord) {
  // seq_cst: D of the pattern above when it follows announce(). On x86-64 it is a plain load.
  return commitWord.load(std::memory_order_seq_cst) != 0;
}

inline void announce(std::atomic<std::uint32_t>& bell, std::uint32_t position) {
  bell.store(position, std::memory_order_seq_cst);  // C of the pattern above
}

}  // namespace uintr
