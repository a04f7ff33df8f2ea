{
  # scripts/build-native.js --asan sets it.
  "variables": {"sanitize%": 0},
  "targets": [
    {
      "target_name": "uintr",
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": [
              "native/js/addon.cc",
              "native/js/capabilities_binding.cc",
              "native/js/external_memory.cc",
              "native/js/fd_listener_binding.cc",
              "native/js/fd_socket_binding.cc",
              "native/js/js_errors.cc",
              "native/js/js_rings.cc",
              "native/js/receiver_binding.cc",
              "native/js/sender_binding.cc",
              "native/js/shared_memory_binding.cc",
              "native/js/vector_fd_binding.cc",
              "native/js/word_view.cc",
              "native/loop/deliveries.cc",
              "native/loop/event_loop.cc",
              "native/loop/inlet_watch.cc",
              "native/loop/js_callback.cc",
              "native/loop/socket_watch.cc",
              "native/core/receiver.cc",
              "native/core/rings.cc",
              "native/core/sealed_memory.cc",
              "native/core/sender.cc",
              "native/core/shared_page.cc",
              "native/core/source.cc",
              "native/core/vector_fd.cc",
              "native/core/wait_sync.cc",
              "native/backends/backends.cc",
              "native/backends/hardware/detection.cc",
              "native/backends/hardware/hardware_backend.cc",
              "native/backends/hardware/hardware_stub.cc",
              "native/backends/hardware/instructions.cc",
              "native/backends/hardware/kernel.cc",
              "native/backends/hardware/target_table.cc",
              "native/backends/hardware/thread_handler.cc",
              "native/backends/software/software_backend.cc",
              "native/cpu/waitpkg.cc",
              "native/os/closer.cc",
              "native/os/eventfd.cc",
              "native/os/futex.cc",
              "native/os/memory_info.cc",
              "native/os/shared_memory.cc",
              "native/os/unix_listener.cc",
              "native/os/unix_socket.cc"
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
            ],
            # The thread of native/os/closer.cc may run on when the last worker that has loaded the
            # addon is gone, and Node.js with it would unload its code.
            "ldflags": ["-Wl,-z,nodelete"],
            "conditions": [
              [
                "sanitize==1",
                {
                  "defines": ["_GLIBCXX_ASSERTIONS"],
                  "cflags_cc": [
                    "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=undefined",
                    "-fno-omit-frame-pointer",
                    "-O1",
                    "-g"
                  ],
                  "ldflags": ["-fsanitize=address,undefined"]
                }
              ]
            ]
          },
          {"type": "none"}
        ]
      ]
    }
  ]
}
