// The rings of a receiver's channels: a source that raises the doorbell's vector for as long as a
// frame lies in one of them. So a receiver that is awake finds messages without being rung, and one
// that goes to sleep announces it in each ring.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/source.h"
#include "protocol/ring.h"

namespace uintr {

class Rings final : public Source {
 public:
  explicit Rings(std::uint64_t bit) : bit_(bit) {}

  // How far JavaScript has read, and whether it wants to know of more. JavaScript writes it, on the
  // receiver's thread.
  struct Reader {
    static constexpr std::uint32_t kEventLoop = 1, kWaitSync = 2;  // bits of `wanted`
    std::uint32_t position;
    std::uint32_t wanted;
  };

  // All of it stays valid until the ring is removed.
  struct Ring {
    const std::atomic<std::uint32_t>* begin;
    std::uint32_t mask;  // the capacity in bytes, a power of two, minus 1
    std::atomic<std::uint32_t>* bell;
    const Reader* reader;
    std::uint32_t announced = 1;  // the bell, as we have stored it; frames are at multiples of 8
  };

  void add(const Ring& ring) { rings_.push_back(ring); }
  void remove(const Reader& reader) noexcept {
    std::erase_if(rings_, [&](const Ring& ring) { return ring.reader == &reader; });
  }

  // While one lives, only the rings that a blocking wait wants are looked at: what lies in others
  // must not end the wait, for nobody takes it.
  class BlockingWait {
   public:
    explicit BlockingWait(Rings* rings) : rings_(rings) {
      if (rings_ != nullptr) rings_->wanted_ = Reader::kWaitSync;
    }
    ~BlockingWait() {
      if (rings_ != nullptr) rings_->wanted_ = Reader::kEventLoop;
    }
    BlockingWait(const BlockingWait&) = delete;
    BlockingWait& operator=(const BlockingWait&) = delete;

   private:
    Rings* rings_;
  };

  std::uint64_t raised() const noexcept override;
  int take(std::uint64_t bit) noexcept override { return bit == bit_ && raised() != 0 ? 1 : 0; }
  void beforeSleep() noexcept override;

 private:
  std::uint64_t bit_;
  std::uint32_t wanted_ = Reader::kEventLoop;
  std::vector<Ring> rings_;
};

}  // namespace uintr
