#include "core/vector_fd.h"

#include <sys/socket.h>

#include <array>
#include <string>

#include "core/errors.h"
#include "os/unix_socket.h"
#include "protocol/bundle.h"
#include "protocol/post.h"

namespace uintr {

namespace {

[[noreturn]] void throwNotAVectorFd(int fd, const char* why) {
  throw Error{"ERR_UINTR_NOT_A_VECTOR_FD",
              "descriptor " + std::to_string(fd) + " is not a vector fd: " + why};
}

os::ReceivedMessage peekMessage(int fd, BundleHeader& header) {
  try {
    // Any socket may come here, with any descriptors in its queue. They are duplicated. Closing a
    // duplicate is not the end of the open file as long as the queue holds it, but another holder
    // can empty the queue meanwhile, and files on FUSE are flushed by every close: so all are
    // foreign. Nothing is dropped for want of room.
    return os::peekWithFds(fd, std::as_writable_bytes(std::span(&header, 1)), os::kMaxFds);
  } catch (const os::SystemError& error) {
    if (error.error == ENOTSOCK) throwNotAVectorFd(fd, "it is not a socket");
    if (error.error == EAGAIN || error.error == ENOTCONN || error.error == EINVAL) {
      throwNotAVectorFd(fd, "it is a socket without a bundle");
    }
    throw;
  }
}

}  // namespace

VectorFdPair makeVectorFd(const Bundle<int>& bundle) {
  auto [receiverEnd, holderEnd] = os::createSocketPair();
  const BundleHeader header{.magic = kPageMagic,
                            .version = kProtocolVersion,
                            .vector = static_cast<std::uint8_t>(bundle.vector),
                            .backend = static_cast<std::uint8_t>(bundle.backend)};
  const std::array fds{bundle.state, bundle.eventfd, bundle.carrier};
  os::sendWithFds(receiverEnd.get(), std::as_bytes(std::span(&header, 1)), fds);
  // The receiver reads nothing, so no holder may queue anything.
  os::check(::shutdown(receiverEnd.get(), SHUT_RD), "shutdown");
  return {.receiverEnd = std::move(receiverEnd), .holderEnd = std::move(holderEnd)};
}

Bundle<os::ForeignFd> peekBundle(int vectorFd) {
  BundleHeader header{};
  os::ReceivedMessage message = peekMessage(vectorFd, header);
  if (message.size < sizeof header || header.magic != kPageMagic) {
    throwNotAVectorFd(vectorFd, "its first message is not a bundle");
  }
  if (header.version != kProtocolVersion) {
    throw Error{"ERR_UINTR_VERSION",
                "the vector fd speaks version " + std::to_string(header.version) +
                    " of the protocol, this library version " + std::to_string(kProtocolVersion)};
  }
  if (message.fdsTruncated && message.fds.size() < kBundleFds) {
    // recvmsg(2) does not fail when it runs out of descriptors (net/core/scm.c, scm_detach_fds).
    throw os::SystemError{EMFILE, "recvmsg"};
  }
  // The kernel may say that control messages were cut off for other reasons, such as the pidfd that
  // another holder asks for (SO_PASSPIDFD): what counts is that the descriptors are there.
  if (message.truncated || message.fds.size() != kBundleFds) {
    throwNotAVectorFd(vectorFd, "its bundle has another size");
  }
  if (header.vector >= kVectors) throwNotAVectorFd(vectorFd, "its vector is not one of 0 to 63");
  return {.vector = header.vector,
          .backend = static_cast<BackendKind>(header.backend),
          .state = std::move(message.fds[0]),
          .eventfd = std::move(message.fds[1]),
          .carrier = std::move(message.fds[2])};
}

}  // namespace uintr
