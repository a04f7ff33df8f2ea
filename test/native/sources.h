// Sources for tests: one that is told through a descriptor, one that lies in memory.

#pragma once

#include <cstdint>
#include <utility>

#include "../../native/core/source.h"
#include "../../native/os/eventfd.h"
#include "../../native/protocol/post.h"

namespace uintr::test {

// Raises a vector when it is told to, as a page in memory would.
class MemorySource : public Source {
 public:
  explicit MemorySource(int vector) : bit_(bitOf(vector)) {}

  std::uint64_t raised() const noexcept override { return posts > 0 ? bit_ : 0; }
  int take(std::uint64_t bit) noexcept override {
    return bit == bit_ ? std::exchange(posts, 0) : 0;
  }

  int posts = 0;

 private:
  std::uint64_t bit_;
};

// Raises a vector when its eventfd becomes readable.
class EventfdSource final : public MemorySource {
 public:
  using MemorySource::MemorySource;

  int descriptor() const noexcept override { return eventfd.get(); }
  void onReady() noexcept override {
    ++readies;
    ++posts;
  }

  os::UniqueFd eventfd = os::createEventfd();
  int readies = 0;
};

}  // namespace uintr::test
