/*
 * Replaces CLUI and STUI on CPUs with protection keys. The two are RDPKRU and WRPKRU (0F 01 EE,
 * 0F 01 EF) behind the prefix F3, which AMD's CPUs ignore there: with protection keys enabled
 * (CR4.PKE) a Zen 3 executes RDPKRU and WRPKRU, where other CPUs raise #UD. The replacement faults
 * everywhere: UD2 behind the same prefix. The last byte stays and tells which one it was (decode()
 * in insn.c).
 */
#include <cpuid.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "calls.h"
#include "raw.h"

enum { PAGE = 4096 };

static bool pku_enabled(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c & 1u << 4) != 0; /* OSPKE */
}

/* Replaces the two in a range of memory; `protection` is the present one of the range. */
static void replace(unsigned char* start, size_t length, int protection) {
  static const unsigned char prefix[] = {0xf3, 0x0f, 0x01};
  unsigned char* const end = start + length;
  unsigned char* p = start;
  while ((p = memmem(p, (size_t)(end - p), prefix, sizeof prefix)) != NULL && end - p > 3) {
    unsigned char* insn = p;
    p += sizeof prefix;
    if (insn[3] != 0xee && insn[3] != 0xef) continue;
    long page = (long)insn & -PAGE;
    long pages = (long)(insn + 3) - page < PAGE ? PAGE : 2 * PAGE;
    if (tb_raw3(SYS_mprotect, page, pages, PROT_READ | PROT_WRITE | PROT_EXEC) < 0) return;
    insn[2] = 0x0b;
    tb_raw3(SYS_mprotect, page, pages, protection);
  }
}

static int replace_in_object(struct dl_phdr_info* object, size_t size, void* none) {
  (void)size;
  (void)none;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)* segment = &object->dlpi_phdr[i];
    if (segment->p_type == PT_LOAD && segment->p_flags == (PF_R | PF_X))
      replace((unsigned char*)(object->dlpi_addr + segment->p_vaddr), segment->p_filesz,
              PROT_READ | PROT_EXEC);
  }
  return 0;
}

void tb_pku_init(void) {
  if (pku_enabled()) dl_iterate_phdr(replace_in_object, NULL);
}

/*
 * Replaces the two in code that a loader maps later. Leaves alone memory without a file, which is a
 * JIT's, and shared mappings, where the change would reach the file.
 */
long tb_mmap(const long args[7]) {
  long address = tb_call_plain(args);
  int protection = (int)args[3];
  bool is_code = (protection & PROT_EXEC) != 0 && (args[4] & MAP_TYPE) == MAP_PRIVATE &&
                 (args[4] & MAP_ANONYMOUS) == 0;
  if (!is_code || (address < 0 && address >= -4095) || !pku_enabled()) return address;
  /* A loader maps more than the file has, and access beyond its end raises SIGBUS. */
  struct stat file;
  if (tb_raw2(SYS_fstat, args[5], &file) < 0 || file.st_size <= args[6]) return address;
  long there = file.st_size - args[6];
  replace((unsigned char*)address, (size_t)(args[2] < there ? args[2] : there), protection);
  return address;
}
