#pragma once

#include <string>

namespace uintr {

// What no system call would have said: an error with one of our own codes (ERR_UINTR_*). Where the
// kernel refused, os::SystemError is thrown instead. js_errors.h turns both into a UintrError.
struct Error {
  const char* code;  // static storage
  std::string message;
};

}  // namespace uintr
