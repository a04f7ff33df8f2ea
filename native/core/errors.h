// Errors of this library itself, which no system call would have reported.

#pragma once

#include <string>

namespace uintr {

// Has one of our own codes (ERR_UINTR_*). Where the kernel refused, os::SystemError is thrown
// instead. js/js_errors.h turns both into a UintrError.
struct Error {
  const char* code;  // static storage
  std::string message;
};

}  // namespace uintr
