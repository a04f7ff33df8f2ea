// One mutex for the whole process, shared by all copies of this addon that it has loaded. Two
// versions in node_modules are two libraries, which share nothing else.
//
// GCC makes an inline variable of default visibility a "unique" symbol (STB_GNU_UNIQUE, GCC's
// -fgnu-unique). glibc's dynamic linker has one of each in a process, even for libraries loaded
// with RTLD_LOCAL (elf/dl-lookup.c, do_lookup_unique). Elsewhere (musl) each copy of the addon has
// its own mutex. All versions of the addon must agree on the name and the type.

#pragma once

#include <mutex>

namespace uintr::hardware {

__attribute__((visibility("default"))) inline constinit std::mutex processMutex;

}  // namespace uintr::hardware
