#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "transport.h"

void die(const char* what) {
  perror(what);
  exit(1);
}

void* shared_page(void) {
  void* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) die("mmap");
  return page;
}

void write_byte(int fd) {
  if (write(fd, "!", 1) != 1) die("write");
}

void read_byte(int fd) {
  char byte;
  if (read(fd, &byte, 1) != 1) die("read");
}
