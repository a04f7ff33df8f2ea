// One mutex for the whole process, however many copies of this addon it has loaded: two versions in
// node_modules are two libraries, with two of everything else.
//
// GCC makes an inline variable of default visibility a "unique" symbol (STB_GNU_UNIQUE, GCC's
// -fgnu-unique), of which glibc's dynamic linker has one in a process, even for libraries loaded
// with RTLD_LOCAL (elf/dl-lookup.c, do_lookup_unique). Elsewhere (musl) each copy has its own. All
// versions of the addon must agree on the name and the type.

#pragma once

#include <mutex>

namespace uintr::hardware {

__attribute__((visibility("default"))) inline constinit std::mutex processMutex;

}  // namespace uintr::hardware
