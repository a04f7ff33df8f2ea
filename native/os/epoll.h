#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <span>

#include "os/unique_fd.h"

namespace uintr::os {

// A set of descriptors to wait for together (epoll(7)).
class Epoll {
 public:
  Epoll() : fd_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

  // `tag` comes back in the events' data.ptr.
  void add(int fd, std::uint32_t events, void* tag = nullptr) {
    epoll_event event{.events = events, .data = {.ptr = tag}};
    check(::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }

  void remove(int fd) noexcept { ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr); }

  int descriptor() const { return fd_.get(); }

  // Returns the events that are there, none when the time is up or a signal came.
  std::span<epoll_event> wait(std::span<epoll_event> space, int timeoutMs) noexcept {
    const int count =
        ::epoll_wait(fd_.get(), space.data(), static_cast<int>(space.size()), timeoutMs);
    return space.first(count > 0 ? static_cast<std::size_t>(count) : 0);
  }

 private:
  UniqueFd fd_;
};

}  // namespace uintr::os
