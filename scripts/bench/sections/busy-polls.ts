/** What busyPollMicros is compared with: never, for so long, and as it comes. */
export const BUSY_POLLS = [0, 50, 'auto'] as const;
