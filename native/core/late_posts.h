// Posts that may still arrive at inlets that are gone: on hardware an interrupt can be masked or in
// flight when its last holder goes.

#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/backend.h"
#include "core/source.h"
#include "protocol/post.h"

namespace uintr {

class LatePosts final : public Source {
 public:
  void expect(Inbox inbox, std::uint64_t bit) {
    if (std::ranges::find(expected_, inbox.upid, &Expected::upid) != expected_.end()) return;
    expected_.push_back(
        {.upid = std::move(inbox.upid), .claim = std::move(inbox.claim), .bit = bit});
  }

  bool isEmpty() const { return expected_.empty(); }

  // Once all of them have arrived. Those that are raised have to be taken before.
  void clear() { expected_.clear(); }

  std::uint64_t raised() const noexcept override {
    std::uint64_t vectors = 0;
    for (const Expected& post : expected_) {
      if (isRaised(*post.upid, post.bit)) vectors |= post.bit;
    }
    return vectors;
  }

  int take(std::uint64_t bit) noexcept override {
    int posts = 0;
    for (const Expected& post : expected_) {
      if (post.bit == bit && takeIfRaised(*post.upid, bit)) ++posts;
    }
    return posts;
  }

 private:
  struct Expected {
    std::shared_ptr<Upid> upid;
    std::shared_ptr<const void> claim;  // so that nobody else's posts arrive there
    std::uint64_t bit;
  };
  std::vector<Expected> expected_;  // at most one per vector
};

}  // namespace uintr
