// What this CPU and this kernel offer: the facts behind capabilities().

#include <napi.h>

#include "addon.h"
#include "js_errors.h"
#include "os/futex.h"
#include "page_file.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace uintr {

namespace {

struct CpuFeatures {
  bool uintr = false;    // CPUID.7.0:EDX[5]; the kernel must enable it as well
  bool waitpkg = false;  // CPUID.7.0:ECX[5]: UMONITOR, UMWAIT, TPAUSE
};

CpuFeatures cpuFeatures() {
  CpuFeatures features;
#if defined(__x86_64__)
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0) {
    features.uintr = (edx & 1U << 5) != 0;
    features.waitpkg = (ecx & 1U << 5) != 0;
  }
#endif
  return features;
}

}  // namespace

Napi::Value capabilities(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return translating(env, [&]() -> Napi::Value {
    const CpuFeatures features = cpuFeatures();
    Napi::Object result = Napi::Object::New(env);
    result["uintr"] = Napi::Boolean::New(env, features.uintr);
    result["waitpkg"] = Napi::Boolean::New(env, features.waitpkg);
    result["futexWaitv"] = Napi::Boolean::New(env, os::hasFutexWaitv());
    result["sealFutureWrite"] = Napi::Boolean::New(env, canSealFutureWrites());
    return result;
  });
}

}  // namespace uintr
