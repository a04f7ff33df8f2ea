// Hints to the CPU: they change how fast the code around them runs, never what it does.

#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace uintr {

// Tells the CPU that this thread spins, which leaves more of the core to its other hyper-thread.
inline void pauseCpu() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb");  // a real pause there; `yield` is a no-op on most cores
#endif
}

// Fetches a cache line as its next writer, so that the locked operation that follows need not wait
// for it. Harmless at any address.
inline void fetchToWrite(const void* cacheLine) {
#if defined(__x86_64__)
  // Not __builtin_prefetch(, 1): without -mprfchw that fetches the cache line for reading. Where
  // the CPU has no PREFETCHW (Intel before Broadwell), it does nothing (SDM vol. 2).
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(cacheLine)));
#else
  __builtin_prefetch(cacheLine, 1);
#endif
}

}  // namespace uintr
