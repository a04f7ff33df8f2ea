/**
 * How many file descriptors things take, for the doctor. The documents quote these figures, and so
 * does `ListenOptions.maxVectorFds`.
 */
export const DESCRIPTORS = {
  /** A receiver, without its vector fds. */
  receiver: 4,
  /** Both ends of the socketpair, and the eventfd. On hardware two of the uvec fd as well. */
  vectorFd: { software: 3, hardware: 5 },
  /** Its own copy of the vector fd, and the eventfd. On hardware a uvec fd as well. */
  sender: { software: 2, hardware: 3 },
  /**
   * A vector fd that waits in a socket to be received: unix(7), ETOOMANYREFS. The limit counts all
   * processes of an unprivileged user together.
   */
  inFlight: 3,
} as const;

/**
 * How many vector fds one process (rfc-v1: one thread) can send to on hardware: the entries of the
 * kernel's user-interrupt target table.
 */
export const MAX_TARGETS = 256;
