/** Loads the native addon, as the only file, and states the types of what the addon offers. */

/* eslint-disable @typescript-eslint/no-require-imports --
   File tracers (nft, ncc) recognise the addon by require() alone: see loadAddon(). */
import path = require('node:path');
import { UintrError } from './errors.js';
import { loadError } from './load-error.js';
import { packageRoot } from './package.js';
import { unsupportedRuntime } from './runtime.js';

/** `seqpacket` (`SOCK_SEQPACKET`) keeps messages apart, `stream` (`SOCK_STREAM`) does not. */
export type SocketType = 'seqpacket' | 'stream';

/**
 * How an interrupt is raised and arrives. `hardware`: Intel User Interrupts, the sender executes
 * `SENDUIPI`. `software`: a locked OR on memory that receiver and sender share, with futex(2) and
 * eventfd(2) to wake a receiver that sleeps.
 */
export type Backend = 'hardware' | 'software';

export interface NativeVectorFd {
  readonly fd: number;
  readonly uvecFd?: number;
  readonly pending?: Int32Array;
  /** Closes our own copy of the descriptor. */
  close(): void;
  /** Hangs up on all holders. `onHangUp` of `createFd` follows, in the event loop. */
  revoke(): void;
}

/** The ring of a channel that a receiver reads: native/core/rings.h. */
export interface NativeRing {
  /** The whole memory; the numbers below are indices of it. */
  readonly words: Int32Array;
  readonly begin: number;
  readonly bell: number;
  /** Of the ring, in bytes. */
  readonly capacity: number;
  /**
   * Two words that JavaScript writes: the position up to which it has read, and who wants to know
   * of frames there: 1 the event loop, 2 a blocking wait, 3 both, 0 nobody.
   */
  readonly reader: Int32Array;
}

export interface NativeReceiver {
  /** `onHangUp` is called once the last holder is gone and everything here has been freed. */
  createFd(vector: number, onHangUp: () => void): NativeVectorFd;
  /** The highest pending vector, or -1. */
  poll(): number;
  /**
   * Blocks for at most that long, and 50 ms; the vector, or -1. Negative: no limit of its own.
   * `waited`: for how many milliseconds this wait has lasted already, spinning included.
   */
  waitSync(milliseconds: number, waited?: number): number;
  /** The vector to deliver, perhaps after some spinning; -1: none. For `onInterrupts` only. */
  next(): number;
  stui(): void;
  clui(): void;
  testui(): boolean;
  /**
   * The vectors that the event loop takes, a bit each, 0 to 31 and 32 to 63, and whether that keeps
   * it alive.
   */
  setWanted(low: number, high: number, keepsAlive: boolean): void;
  /** Delivers at once what is pending and wanted, by `onInterrupts`. */
  deliverPending(): void;
  /** Makes a vector that was taken pending again. */
  putBack(vector: number): void;
  /** Raises the vector, the same one each time, while a frame lies in the ring. */
  addRing(vector: number, ring: NativeRing): void;
  removeRing(reader: Int32Array): void;
  close(): void;
}

export interface NativeSender {
  readonly vector: number;
  /**
   * The receiver's words, present where JavaScript can post by itself: PIR, and the state, which is
   * 0 while the receiver is awake. `close` takes them back. `address` is the address of PIR in
   * memory.
   */
  readonly pir?: Int32Array;
  readonly state?: Int32Array;
  readonly address?: number;
  send(): void;
  /** Does the rest of `send` once JavaScript has set the bit in PIR. */
  wake(): void;
  /** Asks the kernel whether the receiver is gone: for those who block the event loop. */
  isHungUp(): boolean;
  /** `hungUp`: whether the receiver is gone. */
  close(hungUp: boolean): void;
}

export interface NativeFdSocket {
  readonly fd: number;
  readonly type: SocketType;
  /** Returns how many bytes were taken. Throws `EAGAIN` when there is no room. */
  send(data: Uint8Array, fds: readonly number[]): number;
  /** Returns undefined when there is nothing to read. */
  receive(maxBytes: number, maxFds: number): { data: Buffer; fds: number[] } | undefined;
  /**
   * The same for a socket that nobody else holds. The descriptors stay the socket's, which closes
   * them with itself. Close it after a failure: a message that brings too many stays in the queue.
   */
  receiveHeld(maxBytes: number, maxFds: number): { data: Buffer; fds: number[] } | undefined;
  /** Blocks for at most `milliseconds`. */
  waitReadable(milliseconds: number): boolean;
  poll(readable: boolean, writable: boolean, keepsAlive: boolean): void;
  peer(): { pid: number; uid: number; gid: number };
  /** Returns a bare descriptor; undefined where the kernel gives none. */
  peerPidFd(): number | undefined;
  close(): void;
}

export interface NativeFdListener {
  /** Returns undefined when no peer waits. */
  accept(): OwnedFd | undefined;
  poll(accepting: boolean, keepsAlive: boolean): void;
  close(): void;
}

export interface NativeSharedMemory {
  readonly fd: number;
  readonly byteLength: number;
  readonly buffer: SharedArrayBuffer | ArrayBuffer;
  /** Closes the descriptor. The mapping lives as long as the buffer. */
  close(): void;
}

declare const owned: unique symbol;
/** A descriptor that is closed unless it is taken over: a worker can be terminated anywhere. */
export interface OwnedFd {
  readonly [owned]: true;
}

/** The object that is told when a polled socket is ready. */
interface Watcher {
  self: object;
  onReady: (readable: boolean, writable: boolean) => void;
}

export interface NativeCapabilities {
  uintr: boolean;
  waitpkg: boolean;
  futexWaitv: boolean;
  sealFutureWrite: boolean;
  /** The facts of native/backends/hardware/detection.cc. */
  compiled: boolean;
  enabled: boolean;
  abi: 'rfc-v1' | 'uintr-next' | null;
  selfTest: boolean | null;
  /** What `auto` picks, and why. */
  backend: Backend;
  reason: string;
}

export interface Binding {
  openReceiver(options: {
    self: object;
    /** Asks for the vector with `next`. */
    onInterrupts: () => void;
    backend: Backend;
    foreignSenders: boolean;
    /** In the event loop and in waitSync, each by itself; null is 'auto'. */
    busyPollMicros: number | null;
    counters: Float64Array;
    /** last-post.ts. */
    lastPost: Float64Array;
  }): NativeReceiver;
  openSender(
    fd: number,
    options: { self: object; onReady: () => void; drop: boolean; counters: Float64Array },
  ): NativeSender;
  /** Takes over the descriptor, unless it throws. */
  openFdSocket(fd: number | OwnedFd, options: Watcher): NativeFdSocket;
  openFdSocketPair(type: SocketType): [OwnedFd, OwnedFd];
  connectFdSocket(address: string, type: SocketType): OwnedFd;
  /** Duplicates a descriptor of a socket: fcntl(2), F_DUPFD_CLOEXEC. */
  duplicateFdSocket(fd: number): OwnedFd;
  /**
   * The begin of the next message, which stays; empty at the end of the stream. Throws `EAGAIN`
   * where there is none.
   */
  peekFdSocket(fd: number, maxBytes: number): Buffer;
  openFdListener(
    address: string,
    options: Watcher & { type: SocketType; mode: number; backlog: number; refusesFds: boolean },
  ): NativeFdListener;
  /** `shared`: makes a SharedArrayBuffer where the runtime can, and not always an ArrayBuffer. */
  createSharedMemory(
    byteLength: number,
    name: string,
    shared: boolean,
    asNeeded: boolean,
  ): NativeSharedMemory;
  /** Duplicates the descriptor. What is stored is private to the buffer unless `writable`. */
  openSharedMemory(fd: number, writable: boolean, shared: boolean): NativeSharedMemory;
  capabilities(): NativeCapabilities;
  /** How many descriptors this process may have: getrlimit(2), RLIMIT_NOFILE. */
  descriptorLimit(): number;
  /** CLOCK_MONOTONIC in milliseconds. */
  now(): number;
  /** The names of the counters in `counters` above, in their order: native/core/counters.h. */
  readonly receiverCounters: readonly string[];
  readonly senderCounters: readonly string[];
}

interface Addon {
  setup(errorClass: typeof UintrError): Binding;
}

interface NodeGypBuild {
  (root: string): unknown;
  resolve(root: string): string;
}

/**
 * Loads the addon. It is in build/Release (compiled here), or else in prebuilds/<platform>-<arch> (in
 * the package). File tracers recognise this form, literally, and take the addon along.
 */
const loadAddon = (): Addon =>
  (require('node-gyp-build') as NodeGypBuild)(path.join(__dirname, '../..')) as Addon;

/** Returns the addon's file. Undefined when there is none. */
export function findAddon(): string | undefined {
  try {
    return (require('node-gyp-build') as NodeGypBuild).resolve(packageRoot());
  } catch {
    return undefined; // loading fails as well, and its error says where it looked
  }
}

type Loaded = { readonly addon: Binding } | { readonly failure: UintrError };

function load(): Loaded {
  const reason = unsupportedRuntime();
  if (reason !== undefined) {
    return { failure: new UintrError('ERR_UINTR_UNSUPPORTED_PLATFORM', reason) };
  }
  try {
    return { addon: loadAddon().setup(UintrError) };
  } catch (error) {
    return { failure: loadError(error, findAddon()) };
  }
}

const loaded = load();

/** The reason why there is no addon; undefined when there is one. */
export const loadFailure = 'failure' in loaded ? loaded.failure : undefined;

export function binding(): Binding {
  if ('addon' in loaded) return loaded.addon;
  const { code, message, cause } = loaded.failure;
  // A new error, so that its stack leads to the caller.
  throw new UintrError(code, message, undefined, undefined, cause);
}
