// The bundle's wire format: the data of the one message that is queued on a vector fd. Its
// descriptors travel beside it (SCM_RIGHTS), in the order of core/vector_fd.h, Bundle.

#pragma once

#include <cstddef>
#include <cstdint>

namespace uintr {

// Which backend carries the interrupt. The numbers are part of the wire format.
enum class BackendKind : std::uint8_t { Software = 1, Hardware = 2 };

// Fixed for all versions: magic and version must stay readable. The magic is kPageMagic and the
// version kProtocolVersion (protocol/post.h).
struct BundleHeader {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint8_t vector;
  std::uint8_t backend;  // a BackendKind
};

static_assert(sizeof(BundleHeader) == 8, "part of the wire format");

inline constexpr std::size_t kBundleFds = 3;  // state page, eventfd, carrier

}  // namespace uintr
