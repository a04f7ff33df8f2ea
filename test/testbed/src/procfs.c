/* Files below /proc that the program opens: the fdinfo of a uvec fd, and a file of the testbed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "calls.h"
#include "raw.h"
#include "thread.h"

#define TB_COUNTERS "/proc/thread-self/uintr-testbed"

/* Hides the lock that tells when the last copy is closed. */
static long without_locks(char* text, long n) {
  long kept = 0;
  for (long i = 0; i < n;) {
    long end = i;
    while (end < n && text[end] != '\n') end++;
    end += end < n;
    if (end - i < 5 || memcmp(text + i, "lock:", 5) != 0) {
      memmove(text + kept, text + i, (size_t)(end - i));
      kept += end - i;
    }
    i = end;
  }
  return kept;
}

/*
 * Makes a file that no kernel has. A test reads it twice to learn how many system calls its own
 * thread has made; strace(1) would count the testbed's, too. Each reading makes the same number of
 * calls.
 */
static long counters_file(void) {
  char text[128], *p = text;
  p = tb_put_number(tb_put(p, "{\"systemCalls\":"), tb_self.syscalls);
  p = tb_put_number(tb_put(p, ",\"senduipi\":"), tb_self.senduipi);
  p = tb_put(p, "}\n");
  long fd = tb_raw2(SYS_memfd_create, "uintr-testbed-counters", MFD_CLOEXEC);
  if (fd >= 0) tb_raw4(SYS_pwrite64, fd, text, p - text, 0);
  return fd;
}

/* Serves a copy of /proc/PID/fdinfo/N with the additional line of a uvec fd. */
long tb_open(long nr, const long args[7]) {
  long fd = tb_call_interruptibly(args);
  const char* path = (const char*)args[nr == SYS_openat ? 2 : 1];
  if (fd == -ENOENT && strcmp(path, TB_COUNTERS) == 0) return counters_file();
  if (fd < 0 || atomic_load_explicit(&tb->uvecs, memory_order_relaxed) == 0) return fd;
  const char* fdinfo = memcmp(path, "/proc/", 6) == 0 ? strstr(path, "/fdinfo/") : NULL;
  if (fdinfo == NULL || strlen(path) > 60) return fd;

  char link[64], target[160], text[1024];
  memcpy(link, path, (size_t)(fdinfo - path));
  *tb_put(tb_put(link + (fdinfo - path), "/fd/"), fdinfo + 8) = 0;
  long length = tb_raw3(SYS_readlink, link, target, sizeof target);
  int uvec = length > 0 ? tb_uvec_of_link(target, length) : -1;
  if (uvec < 0 || tb->uvec[uvec].kind != TB_UVEC_VECTOR) return fd;
  long n = tb_raw3(SYS_read, fd, text, 900);
  n = n > 0 ? without_locks(text, n) : n;
  long copy = tb_raw2(SYS_memfd_create, "fdinfo", MFD_CLOEXEC);
  if (copy < 0) { /* the copy takes a second descriptor, and none is left */
    tb_raw1(SYS_close, fd);
    return copy;
  }
  if (n < 0) {
    tb_raw1(SYS_close, copy);
    return fd;
  }
  char* p = text + n;
  if (tb->abi == TB_ABI_RFC) {
    p = tb_put(p, "user_vector:");
  } else {
    p = tb_put_number(tb_put(p, "uintr: receiver: "), (uint64_t)tb->upid[tb->uvec[uvec].upid].tid);
    p = tb_put(p, " vector:");
  }
  p = tb_put(tb_put_number(p, tb->uvec[uvec].vector), "\n");
  tb_raw4(SYS_pwrite64, copy, text, p - text, 0);
  tb_raw3(SYS_dup3, copy, fd, O_CLOEXEC);
  tb_raw1(SYS_close, copy);
  return fd;
}
