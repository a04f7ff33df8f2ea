/*
 * A sender without the library: descriptor 3 is a uvec fd. Obeys lines on standard input: `send`,
 * `send later` (answers first), `register` (answers with the error).
 * Usage: foreign_sender ABI
 */
#include "uintr.h"

int main(int argc, char** argv) {
  char line[64];
  start(argc, argv);
  int index = uintr_register_sender(3, 0);
  CHECK(index >= 0);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strcmp(line, "register\n") == 0) {
      /* Without this rfc-v1 answers EISCONN, before it looks whether the receiver has ended. */
      CHECK(uintr_unregister_sender(3, index, 0) == 0);
      int again = uintr_register_sender(3, 0);
      puts(again >= 0 ? "registered" : errno == ESHUTDOWN ? "ESHUTDOWN" : strerror(errno));
      index = again;
      continue;
    }
    int later = strcmp(line, "send later\n") == 0;
    if (later) {
      puts("soon");
      nap(20);
    }
    _senduipi((unsigned long long)index);
    if (!later) puts("sent");
  }
  if (index >= 0) CHECK(uintr_unregister_sender(3, index, 0) == 0);
  return 0;
}
