// What this CPU and this kernel offer: the facts behind capabilities(), and the limit of
// descriptors.

#include <napi.h>

#include <string>

#include "backends/backends.h"
#include "backends/hardware/hardware.h"
#include "core/shared_page.h"
#include "cpu/cpuid.h"
#include "js/addon.h"
#include "js/js_errors.h"
#include "os/descriptor_limit.h"
#include "os/futex.h"

namespace uintr {

namespace {

Napi::Value abiName(Napi::Env env, hardware::Abi abi) {
  switch (abi) {
    case hardware::Abi::RfcV1:
      return Napi::String::New(env, "rfc-v1");
    case hardware::Abi::UintrNext:
      return Napi::String::New(env, "uintr-next");
    case hardware::Abi::None:
      break;
  }
  return env.Null();
}

Napi::Value selfTestResult(Napi::Env env, hardware::SelfTest result) {
  if (result == hardware::SelfTest::NotRun) return env.Null();
  return Napi::Boolean::New(env, result == hardware::SelfTest::Passed);
}

}  // namespace

Napi::Value capabilities(const ErrorClass&, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CpuFeatures features = cpuFeatures();
  const hardware::Detection& detection = hardware::detect();
  Napi::Object result = Napi::Object::New(env);
  result["uintr"] = Napi::Boolean::New(env, features.uintr);
  result["waitpkg"] = Napi::Boolean::New(env, features.waitpkg);
  result["futexWaitv"] = Napi::Boolean::New(env, os::hasFutexWaitv());
  result["sealFutureWrite"] = Napi::Boolean::New(env, canSealFutureWrites());
  result["compiled"] = Napi::Boolean::New(env, detection.compiled);
  result["enabled"] = Napi::Boolean::New(env, detection.enabled);
  result["abi"] = abiName(env, detection.abi);
  result["selfTest"] = selfTestResult(env, detection.selfTest);
  result["backend"] = Napi::String::New(env, std::string(preferredBackend().name()));
  result["reason"] = Napi::String::New(env, detection.reason);
  return result;
}

// () => number
Napi::Value descriptorLimit(const ErrorClass&, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Napi::Number::New(env, static_cast<double>(os::descriptorLimit()));
}

}  // namespace uintr
