#include "core/source.h"

#include <algorithm>
#include <array>

namespace uintr {

void Sources::add(Source& source) {
  sources_.reserve(sources_.size() + 1);  // nothing may fail once the descriptor is watched
  if (source.descriptor() >= 0) {
    if (!descriptors_) descriptors_.emplace();
    descriptors_->add(source.descriptor(), EPOLLIN | EPOLLET, &source);
    ++watched_;
  }
  sources_.push_back(&source);
}

void Sources::remove(Source& source) noexcept {
  if (std::erase(sources_, &source) == 0) return;
  if (source.descriptor() < 0) return;
  descriptors_->remove(source.descriptor());
  --watched_;
}

std::uint64_t Sources::raised(std::uint64_t vectors) const noexcept {
  for (const Source* source : sources_) vectors |= source->raised();
  return vectors;
}

int Sources::take(std::uint64_t bit) noexcept {
  int posts = 0;
  for (Source* source : sources_) posts += source->take(bit);
  return posts;
}

void Sources::poll() noexcept {
  if (!haveDescriptors()) return;
  std::array<epoll_event, 64> space;
  // What finds no space stays readable, and so does the set.
  for (const epoll_event& event : descriptors_->wait(space, 0)) {
    static_cast<Source*>(event.data.ptr)->onReady();
  }
}

}  // namespace uintr
