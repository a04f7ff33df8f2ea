#include "os/shared_memory.h"

#include <linux/magic.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <ctime>

// MFD_NOEXEC_SEAL is in linux/memfd.h since Linux 6.3; older headers lack it.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace uintr::os {

namespace {

// Holds SIGXFSZ back from this thread, to which the kernel sends it (fs/attr.c,
// inode_newsize_ok()), and at the end throws it away.
class WithoutFileSizeSignal {
 public:
  WithoutFileSizeSignal() {
    ::sigemptyset(&signal_);
    ::sigaddset(&signal_, SIGXFSZ);
    sigset_t pending;
    ::sigpending(&pending);
    wasPending_ = ::sigismember(&pending, SIGXFSZ) == 1;
    ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  WithoutFileSizeSignal(const WithoutFileSizeSignal&) = delete;
  WithoutFileSizeSignal& operator=(const WithoutFileSizeSignal&) = delete;
  ~WithoutFileSizeSignal() {
    const timespec atOnce{};
    // One that was pending before is somebody else's.
    while (!wasPending_ && ::sigtimedwait(&signal_, nullptr, &atOnce) < 0 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t signal_{};
  sigset_t before_{};
  bool wasPending_ = false;
};

void setSize(int memfd, std::size_t size) {
  int result = 0;
  int error = 0;
  {
    const WithoutFileSizeSignal guard;
    result = ::ftruncate(memfd, static_cast<off_t>(size));
    error = errno;
  }
  if (result < 0) throw SystemError{error, "ftruncate"};
}

}  // namespace

Mapping::Mapping(int fd, std::size_t size, Access access, Pages pages) {
  const int protection = access == Access::ReadOnly ? PROT_READ : PROT_READ | PROT_WRITE;
  // MAP_NORESERVE: most pages of a CopyOnWrite mapping are never copied.
  int flags = access == Access::CopyOnWrite ? MAP_PRIVATE | MAP_NORESERVE : MAP_SHARED;
  if (pages == Pages::Now && access != Access::CopyOnWrite) flags |= MAP_POPULATE;
  void* address = ::mmap(nullptr, size, protection, flags, fd, 0);
  if (address == MAP_FAILED) throwErrno("mmap");
  address_ = address;
  size_ = size;
}

Mapping::~Mapping() {
  if (address_ != nullptr) ::munmap(address_, size_);
}

UniqueFd createMemfd(const char* name, std::size_t size) {
  // vm.memfd_noexec=2 forbids memory files without MFD_NOEXEC_SEAL. Kernels before 6.3 do not know
  // the flag and answer EINVAL.
  int fd = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (fd < 0 && errno == EINVAL) fd = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  UniqueFd memfd(check(fd, "memfd_create"));
  setSize(memfd.get(), size);
  return memfd;
}

void allocatePages(int memfd, std::size_t size) {
  // In pieces: a signal interrupts the call and undoes it (mm/shmem.c, shmem_fallocate()), and a
  // profiler sends a thousand a second.
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  for (std::size_t begin = 0; begin < size; begin += kPiece) {
    const auto length = static_cast<off_t>(std::min(kPiece, size - begin));
    while (::fallocate(memfd, 0, static_cast<off_t>(begin), length) < 0) {
      if (errno == EINTR) continue;
      if (errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM) return;
      throwErrno("fallocate");
    }
  }
}

void addSeals(int memfd, int seals) {
  int result = ::fcntl(memfd, F_ADD_SEALS, seals);
  if (result < 0 && errno == EINVAL && (seals & F_SEAL_FUTURE_WRITE) != 0) {
    result = ::fcntl(memfd, F_ADD_SEALS, seals & ~F_SEAL_FUTURE_WRITE);
  }
  check(result, "fcntl");
}

int seals(int fd) {
  const int result = ::fcntl(fd, F_GET_SEALS);
  return result < 0 ? 0 : result;
}

bool hasHugePages(int memfd) {
  struct statfs status {};
  check(::fstatfs(memfd, &status), "fstatfs");
  return status.f_type == HUGETLBFS_MAGIC;
}

std::size_t fileSize(int fd) {
  struct stat status {};
  check(::fstat(fd, &status), "fstat");
  return static_cast<std::size_t>(status.st_size);
}

}  // namespace uintr::os
