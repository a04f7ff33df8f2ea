// The pages that a receiver shares with its senders, and how a post meets a receiver that falls
// asleep. Nothing here knows Node, libuv or a file descriptor. Every memory order of the shared
// words is in this file, but for lib/core/sender.ts, which does A and B in JavaScript where it can.
//
//   sender                             receiver
//   ------                             --------
//   raise: PIR |= bit     (A)          park: state = PARKED, number n   (C)
//   load state            (B)          load PIR                         (D)
//   PARKED: wake it                    nothing there: sleep
//
// This is Dekker's pattern. A, B, C and D are sequentially consistent, so they have one total
// order: if D misses the bit of A, then C comes before A and so before B, and B sees PARKED. Each
// post is therefore found by the receiver's look or followed by a wake-up, never neither.

#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace uintr {

inline constexpr int kVectors = 64;  // SDM vol. 3, "User Interrupts": UIRR and PIR have 64 bits

inline constexpr std::uint32_t kPageMagic = 0x52544e49;  // "INTR"
inline constexpr std::uint32_t kProtocolVersion = 1;     // of the pages and of the bundle
inline constexpr std::size_t kPageSize = 4096;           // of the file; the mapping may be larger

struct PageHeader {
  std::uint32_t magic;
  std::uint32_t version;
};

// What a receiver does, and therefore how a sender reaches it.
enum class Activity : std::uint64_t {
  Running = 0,          // awake, or nobody takes interrupts: it looks by itself
  ParkedOnEventfd = 1,  // asleep in the event loop or in waitSync: write the eventfd
  ParkedOnFutex = 2,    // asleep in waitSync: wake the futex of the PIR
  Closed = 3,           // no longer there
};

// The state word: an Activity in bits 1:0, and above it the number of the park, which makes every
// sleep distinguishable from the ones before. 62 bits do not wrap.
using StateWord = std::uint64_t;

constexpr Activity activityOf(StateWord word) {
  return static_cast<Activity>(word & 3);
}

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "the words are shared by processes");
static_assert(std::endian::native == std::endian::little, "PIR halves are addressed as words");

// One per receiver; only the receiver can write it. It plays the part of SN, NV and NDST.
struct StatePage {
  PageHeader header;
  alignas(64) std::atomic<StateWord> state;
};

// The user posted-interrupt descriptor (SDM vol. 3, table "Format of User Posted-Interrupt
// Descriptor"): its first quadword holds ON, SN, NV and NDST, the second PIR. In software ON is
// not a bit but the state word that has been notified: ON is set while it equals the receiver's
// state word. A bit would have to be cleared by the receiver, and a sender that is killed or
// stopped between setting it and waking the receiver would silence all the others.
struct Upid {
  std::atomic<StateWord> notified;
  std::atomic<std::uint64_t> pir;
};

// One per vector fd on the software backend, written by the receiver and by every holder of that
// fd. What comes before the descriptor is never looked at after the page was opened.
struct VectorPage {
  PageHeader header;
  std::uint32_t upidOffset;  // of the Upid in the page, in bytes
};

static_assert(sizeof(StatePage) <= kPageSize);

// Where the Upid of a receiver's n-th vector page lies. A receiver looks at one line of each page:
// at the same place in all of them, these lines would share one set of the cache.
constexpr std::uint32_t upidOffsetOf(std::uint32_t n) {
  constexpr std::uint32_t kLine = 64, kLines = kPageSize / kLine;
  return (1 + n % (kLines - 1)) * kLine;  // the first line has the header
}

// Null when the page says what upidOffsetOf() never does.
inline Upid* upidOf(VectorPage& page) {
  const std::uint32_t offset = page.upidOffset;  // once: other holders can write it
  if (offset == 0 || offset % 64 != 0 || offset > kPageSize - 64) return nullptr;
  return reinterpret_cast<Upid*>(reinterpret_cast<std::byte*>(&page) + offset);
}

static_assert(sizeof(Upid) <= 64);

inline constexpr std::uint64_t kAllVectors = ~std::uint64_t{0};

constexpr std::uint64_t bitOf(int vector) {
  return std::uint64_t{1} << vector;
}

// The 32-bit word of PIR with the vector's bit: what a futex sleeps on and JavaScript tests.
inline std::atomic<std::uint32_t>* wordOf(std::atomic<std::uint64_t>& pir, int vector) {
  static_assert(sizeof(std::atomic<std::uint32_t>) == 4);
  return reinterpret_cast<std::atomic<std::uint32_t>*>(&pir) + vector / 32;
}

// The 32-bit word of the state that is 0 while the receiver is RUNNING, and only then.
inline const std::atomic<std::uint32_t>* wordOf(const StatePage& page) {
  static_assert(static_cast<StateWord>(Activity::Running) == 0, "and a park's number is above it");
  return reinterpret_cast<const std::atomic<std::uint32_t>*>(&page.state);
}

// --- sender ---

// Raises the vector. Also when the bit is set already: the receiver may be about to take it, and
// what the sender wrote before must then be visible to it.
inline void raise(Upid& upid, std::uint64_t bit) {
  // seq_cst: A of the pattern above; release part: the sender's data before the interrupt.
  upid.pir.fetch_or(bit, std::memory_order_seq_cst);
}

inline StateWord loadState(const StatePage& page) {
  return page.state.load(std::memory_order_seq_cst);  // B of the pattern above, after the raise
}

// Wakes a parked receiver, unless somebody has done so in this very park through this descriptor.
// `wake` returns whether the receiver is certain to look again. An eventfd's write is: it leaves a
// trace. A futex wake that finds nobody asleep is not: the receiver may be between its look and its
// sleep, the raise that it answered long taken; were ON set now, the next post would wake nobody.
template <typename Wake>
void notify(Upid& upid, StateWord parked, Wake&& wake) {
  // relaxed: a stale value costs one wake-up too many. A current one says that the wake-up has
  // been sent, and the receiver looks at PIR after it; our raise came before by seq_cst.
  if (upid.notified.load(std::memory_order_relaxed) == parked) return;
  // release, and only afterwards: the system call that woke the receiver stays before it.
  if (wake()) upid.notified.store(parked, std::memory_order_release);
}

// --- receiver ---

inline bool isRaised(const Upid& upid, std::uint64_t bit) {
  // seq_cst: D of the pattern above when it follows park(). It is a plain load on x86-64 and no
  // more than an acquiring one on arm64, so the other looks need no variant of their own.
  return (upid.pir.load(std::memory_order_seq_cst) & bit) != 0;
}

// Takes what is raised. Clears the whole word: bits that were never given out are a holder's
// mischief.
inline bool take(Upid& upid, std::uint64_t bit) {
  // acquire: see what the sender wrote before its raise; a read-modify-write, so that a raise
  // that comes in between is not wiped out unseen.
  return (upid.pir.exchange(0, std::memory_order_acquire) & bit) != 0;
}

// The same with a look first, which spares the locked operation where nothing is raised.
inline bool takeIfRaised(Upid& upid, std::uint64_t bit) {
  return isRaised(upid, bit) && take(upid, bit);
}

// Announces that the receiver is about to sleep. It must look at what is raised afterwards, and
// sleep only if nothing is.
inline void park(StatePage& page, Activity how, std::uint64_t number) {
  // seq_cst: C of the pattern above; partner of loadState().
  page.state.store(number << 2 | static_cast<StateWord>(how), std::memory_order_seq_cst);
}

inline void unpark(StatePage& page) {
  // relaxed: a sender that still sees PARKED wakes a receiver that is awake, no more. One that it
  // raises meanwhile is found by the look after the next park at the latest.
  page.state.store(static_cast<StateWord>(Activity::Running), std::memory_order_relaxed);
}

inline void closeState(StatePage& page) {
  // release: a sender that sees CLOSED sees a receiver that takes nothing any more.
  page.state.store(static_cast<StateWord>(Activity::Closed), std::memory_order_release);
}

}  // namespace uintr
