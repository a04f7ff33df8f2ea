#pragma once

#include <cerrno>

namespace uintr::os {

// A system call failed. Thrown inside the addon only; errors.cc turns it into a JavaScript error
// of Node's system-error shape before it can reach the Node-API boundary.
struct SystemError {
  int error;            // an errno value, positive
  const char* syscall;  // static storage
};

[[noreturn]] inline void throwErrno(const char* syscall) {
  throw SystemError{errno, syscall};
}

// For the calls that return -1 and set errno.
template <typename T>
T check(T result, const char* syscall) {
  if (result == static_cast<T>(-1)) throwErrno(syscall);
  return result;
}

}  // namespace uintr::os
