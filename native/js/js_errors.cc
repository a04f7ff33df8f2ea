#include "js/js_errors.h"

#include <uv.h>

namespace uintr {

namespace {

Napi::Error create(const ErrorClass& errors, Napi::Env env, const std::string& code,
                   const std::string& message, Napi::Value errorNumber, Napi::Value syscall) {
  if (errors->Value().IsEmpty()) return Napi::Error::New(env, message);
  const Napi::Object error = errors->New(
      {Napi::String::New(env, code), Napi::String::New(env, message), errorNumber, syscall});
  return Napi::Error(env, error);
}

}  // namespace

Napi::Error toJavaScript(const ErrorClass& errors, Napi::Env env, const os::SystemError& error) {
  const int negative = -error.error;  // as in Node's own errors
  // libuv has no name for ETOOMANYREFS (uv/errno.h), and glibc has names only since 2.32.
  const bool tooManyRefs = error.error == ETOOMANYREFS;
  const char* reason = error.reason;
  if (reason == nullptr) {
    reason = tooManyRefs ? "too many descriptors in flight" : uv_strerror(negative);
  }
  return create(errors, env, tooManyRefs ? "ETOOMANYREFS" : uv_err_name(negative), reason,
                Napi::Number::New(env, negative), Napi::String::New(env, error.syscall));
}

Napi::Error toJavaScript(const ErrorClass& errors, Napi::Env env, const Error& error) {
  return create(errors, env, error.code, error.message, env.Undefined(), env.Undefined());
}

}  // namespace uintr
