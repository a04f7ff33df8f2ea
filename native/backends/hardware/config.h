// Tells whether the hardware backend is compiled: UINTR_HAS_HARDWARE is 1 or 0.

#pragma once

// The backend needs GCC 11 or later, which knows the instructions, and a CPU that can have them;
// elsewhere hardware_stub.cc stands in for it. Clang knows the instructions, but has nothing that
// keeps an interrupt handler from calling a function. -DUINTR_HAS_HARDWARE=0 leaves the backend
// out.
#if defined(UINTR_HAS_HARDWARE)
#elif defined(__x86_64__) && defined(__linux__) && !defined(__clang__) && __has_include(<uintrintrin.h>)
#define UINTR_HAS_HARDWARE 1
#else
#define UINTR_HAS_HARDWARE 0
#endif
