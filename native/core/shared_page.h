// Pages that a receiver shares with its senders, the state page and the vector pages: the receiver
// makes and seals them; holders of a vector fd validate and map them.

#pragma once

#include <optional>

#include "os/shared_memory.h"
#include "os/unique_fd.h"

namespace uintr {

enum class PageAccess {
  HoldersRead,  // state page: sealed against every writable mapping except the receiver's
  HoldersWrite  // vector page
};

struct SharedPage {
  os::UniqueFd fd;
  os::Mapping mapping;
};

// Makes a zeroed page with its header, maps it for the receiver and seals it: nobody can shrink the
// file, which would make the other side fault (SIGBUS). Throws os::SystemError.
SharedPage createPage(const char* name, PageAccess access);

// Maps a page that came from another process, after a check of its seals, size and header. Returns
// nothing when the file is no such page. Throws os::SystemError when mapping fails.
std::optional<os::Mapping> openPage(int fd, PageAccess access);

// Whether the kernel can keep holders from writing the state page (F_SEAL_FUTURE_WRITE, Linux 5.1);
// false as well where that cannot be tried.
bool canSealFutureWrites();

}  // namespace uintr
