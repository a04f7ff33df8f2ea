// The types of Unix socket, and the names that JavaScript has for them.

#pragma once

#include <napi.h>
#include <sys/socket.h>

namespace uintr {

inline int socketTypeOf(const Napi::Value& name) {
  return name.As<Napi::String>().Utf8Value() == "stream" ? SOCK_STREAM : SOCK_SEQPACKET;
}

inline const char* nameOfSocketType(int type) {
  return type == SOCK_STREAM ? "stream" : "seqpacket";
}

}  // namespace uintr
