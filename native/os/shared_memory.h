// Memory that processes share: mappings, and the sealed memory files (memfd) behind them.

#pragma once

#include <cstddef>
#include <utility>

#include "os/unique_fd.h"

namespace uintr::os {

// Owns one shared mapping of a file (mmap(2), MAP_SHARED); throws SystemError.
class Mapping {
 public:
  enum class Access { ReadOnly, ReadWrite };

  Mapping() = default;
  Mapping(int fd, std::size_t size, Access access);
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  template <typename T>
  T* as() const {
    static_assert(alignof(T) <= 4096, "a mapping is aligned to a page and no further");
    return static_cast<T*>(address_);
  }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

// Creates an anonymous file in memory that can be sealed (memfd_create(2)).
UniqueFd createMemfd(const char* name, std::size_t size);

// Adds seals (fcntl(2), F_ADD_SEALS), without F_SEAL_FUTURE_WRITE where the kernel does not know it
// (before Linux 5.1). seals() tells which were added.
void addSeals(int memfd, int seals);

// Returns the seals of a descriptor; 0 when it is no memfd.
int seals(int fd);

// Returns the size of the file behind a descriptor, in bytes.
std::size_t fileSize(int fd);

}  // namespace uintr::os
