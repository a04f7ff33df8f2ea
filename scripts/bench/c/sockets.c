#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport.h"

static int ends[2];  // one per side

static void open_unix_stream(void) {
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) die("socketpair");
}

static void open_unix_datagram(void) {
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0) die("socketpair");
}

static void open_tcp(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, size) < 0 || listen(listener, 1) < 0 ||
      getsockname(listener, (struct sockaddr*)&address, &size) < 0) {
    die("listen");
  }
  ends[FIRST] = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(ends[FIRST], (struct sockaddr*)&address, size) < 0) die("connect");
  ends[OTHER] = accept(listener, NULL, NULL);
  if (ends[OTHER] < 0) die("accept");
  close(listener);
  for (int side = 0; side < 2; ++side) {
    setsockopt(ends[side], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  }
}

static void send_socket(enum side from) {
  write_byte(ends[from]);
}

static void wait_socket(enum side receiver) {
  read_byte(ends[receiver]);
}

const struct transport unix_stream = {"unix-stream", open_unix_stream, send_socket, wait_socket};
const struct transport unix_datagram = {"unix-datagram", open_unix_datagram, send_socket,
                                        wait_socket};
const struct transport tcp = {"tcp", open_tcp, send_socket, wait_socket};
