// A descriptor that another process has sent, or a socket in whose queue another process may put
// descriptors: dropping it can block for as long as that process likes.
//
// Whoever drops the last reference to an open file does the work of its end: waits until a
// lingering TCP socket has sent its data (SO_LINGER in socket(7)), writes back a device, or goes
// through a tree of sockets that hold sockets. And each close(2), not only the last one, flushes a
// file on FUSE or NFS, which waits for another process or machine (fs/open.c, filp_flush()). The
// end of a socket drops all that its queue holds, and the end of a listening socket all that the
// queues of its backlog hold (net/unix/af_unix.c, unix_release_sock()).

#pragma once

#include "os/closer.h"
#include "os/unique_fd.h"

namespace uintr::os {

using ForeignFd = BasicFd<closeElsewhere>;

// For a descriptor that was found to be of a kind whose end does not block.
inline UniqueFd trusted(ForeignFd fd) {
  return UniqueFd(fd.release());
}

}  // namespace uintr::os
