{
  "targets": [
    {
      "target_name": "uintr",
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": [
              "native/addon.cc",
              "native/capabilities.cc",
              "native/event_loop.cc",
              "native/fd_listener_binding.cc",
              "native/fd_socket_binding.cc",
              "native/js_callbacks.cc",
              "native/js_errors.cc",
              "native/page_file.cc",
              "native/receiver.cc",
              "native/receiver_binding.cc",
              "native/sender.cc",
              "native/sender_binding.cc",
              "native/socket_watch.cc",
              "native/vector_fd.cc",
              "native/wait_sync.cc",
              "native/waitpkg.cc",
              "native/word_view.cc",
              "native/os/eventfd.cc",
              "native/os/futex.cc",
              "native/os/shared_memory.cc",
              "native/os/unix_listener.cc",
              "native/os/unix_socket.cc",
              "native/software/software_backend.cc",
              "native/hardware/detection.cc",
              "native/hardware/hardware_backend.cc",
              "native/hardware/instructions.cc",
              "native/hardware/kernel.cc",
              "native/hardware/target_table.cc",
              "native/hardware/unavailable.cc"
            ],
            "include_dirs": ["native", "<!@(node -p \"require('node-addon-api').include_dir\")"],
            "defines": [
              "NAPI_VERSION=8",
              "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
              "NODE_ADDON_API_DISABLE_DEPRECATED",
              "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
            ],
            "cflags_cc!": ["-fno-exceptions", "-std=gnu++17", "-std=gnu++20"],
            "cflags_cc": [
              "-std=c++20",
              "-fexceptions",
              "-fvisibility=hidden",
              "-Wall",
              "-Wextra",
              "-Werror",
              # Node's own headers cast function pointers.
              "-Wno-cast-function-type"
            ]
          },
          {"type": "none"}
        ]
      ]
    }
  ]
}
