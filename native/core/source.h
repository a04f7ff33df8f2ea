// A source: what raises vectors of a receiver without a sender in another thread, such as a timer
// or a descriptor of the kernel. A receiver looks at its sources, takes from them and sleeps on
// them by this interface alone, so a new kind of source changes nothing else.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "os/epoll.h"

namespace uintr {

// Used on the receiver's thread only. A source may also raise by Receiver::raise(), from onReady()
// or wherever that thread learns of an event.
class Source {
 public:
  virtual ~Source() = default;

  // The vectors that are raised here, a bit each. Called at every look: no system call, no lock.
  virtual std::uint64_t raised() const noexcept = 0;

  // Takes the vector of that bit. Returns how many posts that was; 0 if it is not raised any more.
  virtual int take(std::uint64_t bit) noexcept = 0;

  // The receiver has announced its sleep and looks once more after this: what raises a vector from
  // now on has to wake the receiver.
  virtual void beforeSleep() noexcept {}

  // What both ways of sleeping wait for: a descriptor that becomes readable when there is something
  // to raise, the same one for as long as the source is added; -1 when there is none.
  virtual int descriptor() const noexcept { return -1; }

  // The descriptor has become readable. It is watched edge-triggered, so nobody has to read it.
  // Adds and removes no source.
  virtual void onReady() noexcept {}
};

// The sources of one receiver, which own none of them.
class Sources {
 public:
  // Throws os::SystemError when the source's descriptor cannot be watched.
  void add(Source& source);
  void remove(Source& source) noexcept;

  bool isEmpty() const noexcept { return sources_.empty(); }

  // Adds the raised vectors of every source to `vectors`. Out of line, as take() is: a receiver
  // without sources, the usual case, asks isEmpty() first and makes no call in a look or a take.
  std::uint64_t raised(std::uint64_t vectors) const noexcept;

  // Takes the vector of that bit from every source. Returns how many posts that was.
  int take(std::uint64_t bit) noexcept;

  void beforeSleep() noexcept {
    for (Source* source : sources_) source->beforeSleep();
  }

  // Whether a source has a descriptor, so that poll() has something to do.
  bool haveDescriptors() const noexcept { return watched_ > 0; }

  // One descriptor for all of theirs, an epoll set: readable while a source has not been told that
  // it is ready. -1 until a source with a descriptor is added; from then on the same one.
  int descriptor() const noexcept { return descriptors_ ? descriptors_->descriptor() : -1; }

  // Tells the sources whose descriptors have become readable: one system call.
  void poll() noexcept;

 private:
  std::vector<Source*> sources_;
  std::optional<os::Epoll> descriptors_;  // made for the first source that has one
  int watched_ = 0;                       // sources in that set
};

}  // namespace uintr
