// The event loop's part of an inlet: polls its eventfd and its hang-up.

#pragma once

#include <napi.h>
#include <uv.h>

#include <utility>

#include "core/counters.h"
#include "core/inlet.h"
#include "loop/js_callback.h"
#include "loop/uv_handle.h"

namespace uintr {

class InletWatch final : public Inlet::Attachment {
 public:
  // Is told, in the loop's poll phase.
  class Listener {
   public:
    virtual void onWoken() = 0;                      // a sender has woken the receiver
    virtual void onHangUp(InletWatch& watch) = 0;    // the last holder is gone
    virtual ReceiverCounters& counters() const = 0;  // for the system calls made here

   protected:
    ~Listener() = default;
  };

  // `onHangUp` is kept for the listener to call. Throws os::SystemError.
  InletWatch(Napi::Env env, Listener& listener, Inlet& inlet, JsCallback onHangUp);

  Inlet& inlet() { return inlet_; }
  JsCallback takeHangUpCallback() { return std::move(hangUpCallback_); }

 private:
  void onWoken();
  bool makeEdgeTriggered();

  Listener& listener_;
  Inlet& inlet_;
  JsCallback hangUpCallback_;
  uv_loop_t* loop_;
  bool isEdgeTriggered_ = false;
  UvHandle<uv_poll_t> wake_;
  UvHandle<uv_poll_t> hangUp_;
};

}  // namespace uintr
