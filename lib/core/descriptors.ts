/**
 * How many file descriptors things take, for the doctor. The documents quote these figures, and so
 * does `ListenOptions.maxVectorFds`.
 */
export const DESCRIPTORS = {
  /** A receiver, without its vector fds. */
  receiver: 4,
  /** A vector fd in its receiver: both ends of the socketpair, and the eventfd. */
  vectorFd: 3,
  /** A sender: its own copy of the vector fd, and the eventfd. */
  sender: 2,
  /**
   * A vector fd that waits in a socket to be received: unix(7), ETOOMANYREFS. The limit counts all
   * processes of an unprivileged user together.
   */
  inFlight: 3,
} as const;
