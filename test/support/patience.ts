/**
 * The bound of every wait in a test, in milliseconds: long enough for a slow machine on which others
 * work. Nothing is proved by how long it takes.
 */
export const PATIENCE_MS = 120_000;
