/*
 * The file that plays a uvec fd: an empty regular file, "uvec.N" in the run's directory. A regular
 * file already has the properties that matter: its open file description is inherited, duplicated
 * and passed over sockets; it is always readable and writable for poll(2); epoll_ctl(2) gives
 * EPERM, as for any file without a poll operation; it is O_RDONLY, so write(2) gives EBADF. Any
 * process recognises the file by its inode. This code corrects the results of calls that would show
 * the file.
 *
 * The open file description carries a flock(2) lock. A process that can take the lock knows that
 * the last copy is closed, in whatever process it was. rfc-v1 tears connections down then.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include "calls.h"
#include "raw.h"
#include "thread.h"

char* tb_put_number(char* p, uint64_t n) {
  char digits[20];
  int i = 0;
  do digits[i++] = (char)('0' + n % 10);
  while (n /= 10);
  while (i > 0) *p++ = digits[--i];
  return p;
}

char* tb_put(char* p, const char* text) {
  size_t n = strlen(text);
  memcpy(p, text, n);
  return p + n;
}

static void path_of(int uvec, char path[160]) {
  *tb_put_number(tb_put(tb_put(path, tb_dir), "/uvec."), (uint64_t)uvec) = 0;
}

static int find_ino(uint64_t ino) {
  uint32_t n = atomic_load(&tb->uvecs);
  for (uint32_t i = n; i-- > 0;)
    if (tb->uvec[i].ino == ino && tb->uvec[i].kind != TB_UVEC_FREE) return (int)i;
  return -1;
}

/*
 * Returns the uvec of an fd, -EBADF, or another negative number for an ordinary file. It is called
 * for every descriptor that the program closes, so it must not wait for a file system that does not
 * answer (FUSE), as fstat(2) does.
 */
int tb_uvec_of_fd(int fd) {
  struct statx st;
  long result = tb_raw5(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &st);
  if (result < 0) return (int)result;
  return makedev(st.stx_dev_major, st.stx_dev_minor) == tb->dev ? find_ino(st.stx_ino) : -1;
}

static int allocate(void) {
  uint32_t n = atomic_load(&tb->uvecs);
  if (n < TB_MAX_UVEC - 1) { /* the last number stands for "no fd", see register_self() */
    atomic_store(&tb->uvecs, n + 1);
    return (int)n;
  }
  tb_uvec_reap_all();
  for (uint32_t i = 0; i < n; i++)
    if (tb->uvec[i].kind == TB_UVEC_DEAD || tb->uvec[i].kind == TB_UVEC_FREE) return (int)i;
  return -ENFILE;
}

long tb_uvec_create(int kind, uint32_t upid, unsigned vector) {
  tb_lock();
  int uvec = allocate();
  if (uvec < 0) {
    tb_unlock();
    return uvec;
  }
  char path[160];
  path_of(uvec, path);
  struct stat st = {0};
  long fd = tb_raw4(SYS_openat, AT_FDCWD, path,
                    O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK, 0600);
  if (fd >= 0) {
    tb_raw2(SYS_flock, fd, LOCK_EX | LOCK_NB);
    tb_raw2(SYS_fstat, fd, &st);
  }
  struct tb_uvec* u = &tb->uvec[uvec];
  u->ino = st.st_ino;
  u->upid = upid;
  u->vector = (uint8_t)vector;
  atomic_store(&u->kind, fd < 0 ? TB_UVEC_DEAD : (uint8_t)kind);
  tb_unlock();
  return fd;
}

/* uintrfd_release() of rfc-v1, after the last copy is gone. The caller has the lock. */
void tb_uvec_reap(int uvec) {
  struct tb_uvec* u = &tb->uvec[uvec];
  if (u->kind != TB_UVEC_VECTOR && u->kind != TB_UVEC_IPI) return;
  char path[160];
  path_of(uvec, path);
  long fd = tb_raw4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return;
  bool last = tb_raw2(SYS_flock, fd, LOCK_EX | LOCK_NB) == 0;
  if (last) {
    bool vector = u->kind == TB_UVEC_VECTOR;
    atomic_store(&u->kind, TB_UVEC_DEAD);
    tb_raw1(SYS_unlink, path);
    for (int i = 0; vector && tb->abi == TB_ABI_RFC && i < TB_MAX_UITT; i++) {
      if (atomic_load(&tb->uitt[i].refs) == 0) continue;
      for (int e = 0; e < TB_UITT_ENTRIES; e++) {
        uint64_t entry = atomic_load(&tb->uitt[i].entry[e]);
        if (TB_UITTE_VALID(entry) && (int)TB_UITTE_UVEC(entry) == uvec)
          atomic_store(&tb->uitt[i].entry[e], 0);
      }
    }
    if (vector && tb->abi == TB_ABI_RFC) {
      atomic_fetch_and(&tb->upid[u->upid].pir, ~(1ull << u->vector));
      atomic_fetch_and(&tb->upid[u->upid].uvec_mask, ~(1ull << u->vector));
    }
  }
  tb_raw1(SYS_close, fd);
}

void tb_uvec_reap_all(void) {
  uint32_t n = atomic_load(&tb->uvecs);
  for (uint32_t i = 0; i < n; i++) tb_uvec_reap((int)i);
}

/* Corrects the result after the real ioctl has succeeded or given ENOTTY. */
long tb_uvec_ioctl(int fd, unsigned long cmd) {
  int uvec = tb_uvec_of_fd(fd);
  if (uvec < 0 || tb->uvec[uvec].kind != TB_UVEC_IPI || cmd != TB_UIPI_SET_TARGET_TABLE)
    return -ENOTTY;
  if (tb_process_uitt != 0) return -EBUSY;
  tb_process_uitt = tb_uitt_attach((int)tb->uvec[uvec].upid) + 1;
  return 0;
}

static const char* link_of(int kind) {
  if (kind == TB_UVEC_IPI) return "anon_inode:[uipi_fd]";
  return tb->abi == TB_ABI_RFC ? "anon_inode:[uintrfd]" : "anon_inode:[uvecfd]";
}

/* Returns the uvec that a link into the run's directory names, or -1. */
int tb_uvec_of_link(const char* link, long length) {
  if (length < (long)tb_dir_len + 7 || memcmp(link, tb_dir, tb_dir_len) != 0 ||
      memcmp(link + tb_dir_len, "/uvec.", 6) != 0)
    return -1;
  int uvec = 0;
  for (long i = tb_dir_len + 6; i < length && link[i] >= '0' && link[i] <= '9'; i++)
    uvec = uvec * 10 + (link[i] - '0');
  return uvec < TB_MAX_UVEC ? uvec : -1;
}

/* Makes readlink(2) and readlinkat(2) with our buffer, and copies to the program's buffer the bytes
 * that a real link would give. */
static long fixed_readlink(const long args[7], int buffer_at) {
  char buffer[4096];
  long size = args[buffer_at + 1], inner[7];
  memcpy(inner, args, sizeof inner);
  if (size > (long)sizeof buffer) inner[buffer_at + 1] = sizeof buffer;
  if (size > 0) inner[buffer_at] = (long)buffer;
  long n = tb_call_plain(inner);
  if (n <= 0) return n;
  const char* link = buffer;
  int uvec = tb_uvec_of_link(buffer, n);
  if (uvec >= 0) {
    link = link_of(tb->uvec[uvec].kind);
    n = (long)strlen(link) < size ? (long)strlen(link) : size;
  }
  memcpy((char*)args[buffer_at], link, (size_t)n);
  return n;
}

static void fix_uname(struct utsname* name) {
  memset(name->release, 0, sizeof name->release);
  tb_put(name->release, tb->abi == TB_ABI_RFC ? "5.14.0-uintr-testbed" : "6.8.0-uintr-testbed");
}

long tb_readlink(const long args[7]) {
  if (atomic_load_explicit(&tb->uvecs, memory_order_relaxed) == 0) return tb_call_plain(args);
  return fixed_readlink(args, args[0] == SYS_readlink ? 2 : 3);
}

/* Corrects the result of a successful call that would show the files that play uvec fds. */
long tb_fix_result(long nr, const long args[7], long result) {
  if (nr == SYS_uname && result == 0) {
    fix_uname((struct utsname*)args[1]);
    return 0;
  }
  if (atomic_load_explicit(&tb->uvecs, memory_order_relaxed) == 0) return result;
  switch (nr) {
    case SYS_read:
    case SYS_pread64:
    case SYS_readv:
    case SYS_preadv:
    case SYS_preadv2:
      return result == 0 && args[3] != 0 && tb_uvec_of_fd((int)args[1]) >= 0 ? -EINVAL : result;
    case SYS_fstat:
    case SYS_newfstatat: { /* an anonymous inode is of no type */
      struct stat* st = (struct stat*)(nr == SYS_fstat ? args[2] : args[3]);
      if (result == 0 && st->st_dev == tb->dev && find_ino(st->st_ino) >= 0)
        st->st_mode &= ~(mode_t)S_IFMT;
      return result;
    }
    case SYS_statx: {
      struct statx* st = (struct statx*)args[5];
      if (result == 0 && makedev(st->stx_dev_major, st->stx_dev_minor) == tb->dev &&
          find_ino(st->stx_ino) >= 0)
        st->stx_mode &= (uint16_t)~S_IFMT;
      return result;
    }
    case SYS_ioctl:
      if (result == -ENOTTY && args[2] == TB_UIPI_SET_TARGET_TABLE)
        return tb_uvec_ioctl((int)args[1], (unsigned long)args[2]);
      if (result == 0 && args[2] == FIONREAD && tb_uvec_of_fd((int)args[1]) >= 0) return -ENOTTY;
      return result;
    default:
      return result;
  }
}
