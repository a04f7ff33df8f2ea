// The messages between the measurer (main.ts) and the peer (peer.ts).

/**
 * A task for the peer: connects and posts once, with connect() ('whole') or step by step ('steps').
 * 'hold' is 'whole', and the peer keeps the connection.
 */
export type Task = 'whole' | 'steps' | 'hold';

/** The peer's answer: the begin of each step, in nanoseconds of the clock that all processes share. */
export type Times = readonly number[];

/** Reads that clock. */
export const now = (): number => Number(process.hrtime.bigint());
