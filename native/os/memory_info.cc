#include "os/memory_info.h"

#include <fcntl.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

#include "os/unique_fd.h"

namespace uintr::os {

namespace {

// Finds a line such as "MemAvailable:   12345 kB". Returns the bytes.
std::optional<std::uint64_t> find(std::string_view text, std::string_view name) {
  std::size_t begin = text.find(name);
  if (begin == std::string_view::npos) return std::nullopt;
  begin = text.find_first_of("0123456789", begin);
  if (begin == std::string_view::npos) return std::nullopt;
  std::uint64_t kibibytes = 0;
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data() + begin, end, kibibytes).ec != std::errc{}) return std::nullopt;
  return kibibytes * 1024;
}

std::optional<std::uint64_t> fromProc() {
  const UniqueFd file(::open("/proc/meminfo", O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 4096> space{};  // both lines are among the first sixteen
  const ssize_t size = ::read(file.get(), space.data(), space.size());
  if (size <= 0) return std::nullopt;
  const std::string_view text(space.data(), static_cast<std::size_t>(size));
  const auto available = find(text, "MemAvailable:");
  if (!available) return std::nullopt;
  return *available + find(text, "SwapFree:").value_or(0);
}

}  // namespace

std::uint64_t availableMemory() {
  if (const auto available = fromProc()) return *available;
  struct sysinfo info {};
  if (::sysinfo(&info) < 0) return std::numeric_limits<std::uint64_t>::max();
  return (std::uint64_t{info.totalram} + info.totalswap) * info.mem_unit;
}

}  // namespace uintr::os
