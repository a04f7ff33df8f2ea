#pragma once

// The hardware backend is compiled where the compiler is GCC and knows the instructions (11 and
// later), and the CPU can have them; elsewhere unavailable.cc stands in for it. Clang has the
// instructions, but not what keeps an interrupt handler from calling anything.
// -DUINTR_HAS_HARDWARE=0 leaves it out.
#if defined(UINTR_HAS_HARDWARE)
#elif defined(__x86_64__) && defined(__linux__) && !defined(__clang__) && __has_include(<uintrintrin.h>)
#define UINTR_HAS_HARDWARE 1
#else
#define UINTR_HAS_HARDWARE 0
#endif
