#include "os/shared_memory.h"

#include <sys/mman.h>
#include <sys/stat.h>

// MFD_NOEXEC_SEAL is in linux/memfd.h since Linux 6.3; older headers lack it.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace uintr::os {

Mapping::Mapping(int fd, std::size_t size, Access access) {
  const int protection = access == Access::ReadWrite ? PROT_READ | PROT_WRITE : PROT_READ;
  // MAP_POPULATE spares the first post or park a page fault.
  void* address = ::mmap(nullptr, size, protection, MAP_SHARED | MAP_POPULATE, fd, 0);
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
  check(::ftruncate(memfd.get(), static_cast<off_t>(size)), "ftruncate");
  return memfd;
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

std::size_t fileSize(int fd) {
  struct stat status {};
  check(::fstat(fd, &status), "fstat");
  return static_cast<std::size_t>(status.st_size);
}

}  // namespace uintr::os
