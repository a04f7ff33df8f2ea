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

namespace uintr::hardware {

namespace {

// One index of the table and how many use it. Shared, because Intel's unregister_sender releases a
// file reference that it never took: the less often it is called the better, so one registration
// per target, undone when its last sender closes and at no other time.
struct Entry {
  std::thread::id thread;  // on rfc-v1 each thread has a table
  os::UniqueFd uvecFd;     // ours: on rfc-v1 the target is gone with the last copy of the fd
  std::uint64_t socket;    // of the vector fd that it came from, or 0
  int uipiIndex;
  int users;
};

// Under processMutex, as is every registration and unregistration: two threads in register_sender
// at once can be given the same index, and then a post goes astray. A child made by fork(2) shares
// the table: what it registers or unregisters happens here, too. Node.js never runs this code
// between fork and exec.
std::vector<Entry> entries;

// Whether both descriptors are the same uvec fd: kcmp(2). Where that is forbidden, as by default in
// Docker's containers, they count as two and get an index each; rfc-v1 refuses that (EISCONN).
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
    // One socket has one bundle, which only its receiver could change, to its own harm. No other
    // part of a bundle is proof: a holder can put what it was given into a bundle of its own.
    if (socket != 0 && entry.socket == socket) return true;
    return isSameFile(entry.uvecFd.get(), uvecFd);
  });
  if (known != entries.end()) {
    ++known->users;
    uipiIndex_ = known->uipiIndex;
    return;
  }
  os::UniqueFd own = os::duplicate(uvecFd);
  entries.reserve(entries.size() + 1);  // nothing may fail once the kernel has given an index
  uipiIndex_ = kernel.registerSender(own.get());
  entries.push_back({.thread = thread,
                     .uvecFd = std::move(own),
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
