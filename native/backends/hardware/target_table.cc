#include "backends/hardware/target_table.h"

#include "backends/hardware/config.h"

#if UINTR_HAS_HARDWARE

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "backends/hardware/process_mutex.h"
#include "os/foreign_fd.h"

namespace uintr::hardware {

namespace {

// One index of the table and the number of its users. Intel's unregister_sender releases a file
// reference that it never took, so it should be called rarely: senders share one registration per
// target, which ends only when the last of them closes.
struct Entry {
  std::thread::id thread;  // the owner of the table on rfc-v1, where each thread has one
  os::UniqueFd uvecFd;     // a copy: on rfc-v1 the target goes with the last copy of the fd
  std::uint64_t socket;    // the cookie of the vector fd that it came from, or 0
  int uipiIndex;
  int users;
};

// processMutex guards the entries, and every registration and unregistration: the kernel can give
// two threads that are in register_sender at once the same index, and a post then goes astray. A
// child made by fork(2) shares the kernel's table, so what the child registers or unregisters
// happens here, too. Node.js never runs this code between fork and exec.
std::vector<Entry> entries;

// Tells whether both descriptors are the same uvec fd (kcmp(2)). Where kcmp is forbidden, as in
// Docker's containers by default, they count as two and each gets an index; rfc-v1 refuses the
// second (EISCONN).
bool isSameFile(int first, int second) {
  const pid_t self = ::getpid();
  return ::syscall(SYS_kcmp, self, self, KCMP_FILE, first, second) == 0;
}

std::thread::id tableOwner(const Kernel& kernel) {
  return kernel.abi() == Abi::RfcV1 ? std::this_thread::get_id() : std::thread::id();
}

}  // namespace

Target::Target(Kernel kernel, int uvecFd, std::uint64_t socket) : kernel_(kernel) {
  const std::lock_guard lock(processMutex);
  const std::thread::id thread = tableOwner(kernel);
  const auto known = std::ranges::find_if(entries, [&](const Entry& entry) {
    if (entry.thread != thread) return false;
    // Only the receiver can change the bundle of a socket, and only to its own harm, so the cookie
    // of the socket identifies the target. The contents of a bundle do not: a holder can put the
    // carrier that it was given into a bundle of its own.
    if (socket != 0 && entry.socket == socket) return true;
    return isSameFile(entry.uvecFd.get(), uvecFd);
  });
  if (known != entries.end()) {
    ++known->users;
    uipiIndex_ = known->uipiIndex;
    return;
  }
  os::ForeignFd own(os::duplicate(uvecFd).release());  // of any kind, until the kernel takes it
  entries.reserve(entries.size() + 1);  // push_back must not throw after the kernel gave an index
  uipiIndex_ = kernel.registerSender(own.get());
  entries.push_back({.thread = thread,
                     .uvecFd = os::trusted(std::move(own)),
                     .socket = socket,
                     .uipiIndex = uipiIndex_,
                     .users = 1});
}

Target::~Target() {
  const std::lock_guard lock(processMutex);
  const std::thread::id thread = tableOwner(kernel_);
  const auto entry = std::ranges::find_if(entries, [&](const Entry& candidate) {
    return candidate.thread == thread && candidate.uipiIndex == uipiIndex_;
  });
  if (entry == entries.end() || --entry->users > 0) return;
  kernel_.unregisterSender(entry->uvecFd.get(), uipiIndex_);
  entries.erase(entry);
}

}  // namespace uintr::hardware

#endif
