// Memory that processes share: mappings, and the sealed memory files (memfd) behind them.

#pragma once

#include <cstddef>
#include <utility>

#include "os/unique_fd.h"

namespace uintr::os {

// Owns one mapping of a file (mmap(2)); throws SystemError.
class Mapping {
 public:
  enum class Access {
    ReadOnly,    // a store faults
    ReadWrite,   // needs a descriptor that is open for writing, and no seal against it
    CopyOnWrite  // MAP_PRIVATE: a store makes a copy of the page, which only this mapping has
  };

  enum class Pages { Now, AsNeeded };

  Mapping() = default;
  // `pages` tells whether the first accesses are spared their page faults. A CopyOnWrite mapping
  // takes pages as needed: to have them now would copy all of them.
  Mapping(int fd, std::size_t size, Access access, Pages pages = Pages::Now);
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

  void* data() const { return address_; }
  std::size_t size() const { return size_; }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

// Creates an anonymous file in memory that can be sealed (memfd_create(2)). A size above
// RLIMIT_FSIZE is EFBIG, and does not end the process by SIGXFSZ.
UniqueFd createMemfd(const char* name, std::size_t size);

// Gives the file all of its pages (fallocate(2)), so that a store can never fail for want of
// memory, which would be a SIGBUS. Has no effect where the kernel or a filter does not know the
// call.
void allocatePages(int memfd, std::size_t size);

// Adds seals (fcntl(2), F_ADD_SEALS), without F_SEAL_FUTURE_WRITE where the kernel does not know it
// (before Linux 5.1). seals() tells which were added.
void addSeals(int memfd, int seals);

// Returns the seals of a descriptor; 0 when it is no memfd. Asks no file system, which may be
// another process (FUSE).
int seals(int fd);

// Tells whether a memfd has huge pages (MFD_HUGETLB). A mapping of such a file can fault although
// its size is sealed: there may be no huge page left.
bool hasHugePages(int memfd);

// Returns the size of the file behind a descriptor, in bytes.
std::size_t fileSize(int fd);

}  // namespace uintr::os
