#pragma once

// The hardware backend is compiled where the compiler knows the instructions (GCC 11, Clang 12) and
// the CPU can have them; elsewhere unavailable.cc stands in for it. -DUINTR_HAS_HARDWARE=0 leaves
// it out.
#if defined(UINTR_HAS_HARDWARE)
#elif defined(__x86_64__) && defined(__linux__) && __has_include(<uintrintrin.h>)
#define UINTR_HAS_HARDWARE 1
#else
#define UINTR_HAS_HARDWARE 0
#endif
