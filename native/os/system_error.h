// The error of a failed system call, and how a call is checked for it.

#pragma once

#include <cerrno>

namespace uintr::os {

// The exception for a failed system call. It stays inside the addon: js_errors.cc turns it into a
// JavaScript error in the shape of Node's system errors before it can reach the Node-API boundary.
struct SystemError {
  int error;                     // an errno value, positive
  const char* syscall;           // static storage
  const char* reason = nullptr;  // likewise, where it says more than the errno's own text
};

[[noreturn]] inline void throwErrno(const char* syscall) {
  throw SystemError{errno, syscall};
}

// Passes on the result of a call, or throws if it is -1; the call set errno then.
template <typename T>
T check(T result, const char* syscall) {
  if (result == static_cast<T>(-1)) throwErrno(syscall);
  return result;
}

}  // namespace uintr::os
