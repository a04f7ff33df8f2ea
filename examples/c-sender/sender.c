/*
 * A sender of user interrupts in C: posts once per byte on standard input. Descriptor 3 is the
 * uvec fd of the receiver, argument 1 the kernel interface.
 *
 *     cc -O2 -muintr -o sender sender.c
 *     sender rfc-v1|uintr-next
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86gprintrin.h>

/* uintr_register_sender(fd, flags), which no header of a libc has. */
enum { RFC_V1 = 452, UINTR_NEXT = 474 };

int main(int argc, char** argv) {
  if (argc != 2 || (strcmp(argv[1], "rfc-v1") != 0 && strcmp(argv[1], "uintr-next") != 0)) {
    fprintf(stderr, "usage: %s rfc-v1|uintr-next\n", argv[0]);
    return 64;
  }
  /* On a kernel without user interrupts these numbers are other system calls. */
  long number = strcmp(argv[1], "rfc-v1") == 0 ? RFC_V1 : UINTR_NEXT;
  long index = syscall(number, 3, 0);
  if (index < 0) {
    perror("uintr_register_sender");
    return 1;
  }
  /* Descriptor 3 stays open: rfc-v1 takes the index back with the last copy of a uvec fd. */
  while (getchar() != EOF) _senduipi((unsigned long long)index);
  return 0; /* the kernel takes the index back */
}
