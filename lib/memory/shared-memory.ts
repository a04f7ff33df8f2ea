/** Memory that threads and processes share, as JavaScript uses it. */

import { checkFd, checkInteger } from '../internal/arguments.js';
import { binding, type NativeSharedMemory } from '../internal/binding.js';
import { dispose } from '../internal/dispose.js';
import { closedError } from '../internal/errors.js';
import {
  checkCreation,
  checkOpening,
  MAX_BYTE_LENGTH,
  type OpenSharedMemoryOptions,
  type SharedMemoryOptions,
} from './shared-memory-options.js';

const opened = Symbol('opened');
/** What `open()` hands to the constructor. Nobody else has the symbol. */
interface Opened {
  readonly [opened]: NativeSharedMemory;
}

/** Makes memory that gets its pages as they are needed: for channels. @internal */
export const createSparse = Symbol('createSparse');

const isOpened = (source: unknown): source is Opened =>
  typeof source === 'object' && source !== null && opened in source;

/**
 * Memory behind a file descriptor (memfd_create(2), mmap(2)): whoever has the descriptor has the
 * memory, in this process and in any other.
 *
 * Pass `fd` on by `child_process` stdio, over a Unix socket, or as a number to a worker, which opens
 * it by `SharedMemory.open()`. `Atomics.wait` and `Atomics.notify` reach the threads that have the
 * same buffer, never another process, nor another opening: the doorbell for those is a `Sender`.
 */
export class SharedMemory implements Disposable {
  /** The size in bytes. */
  readonly byteLength: number;
  #native: NativeSharedMemory | undefined;

  /**
   * Makes zeroed memory, and gives it all of its pages at once. It is sealed: nobody can shrink it,
   * which would end processes that use it (SIGBUS), or grow it.
   *
   * @param byteLength 1 to 2^40. Node 20 makes arrays of at most 2^32 elements; several can lie
   * over one memory.
   * @throws {UintrError} `ENOMEM` when it is more than the memory that is left, for the machine or for
   * the control group (cgroup); `EFBIG` above RLIMIT_FSIZE, `ENOSPC`, `EMFILE`;
   * `ERR_UINTR_UNSUPPORTED` where the runtime forbids external memory (Electron);
   * `ERR_UINTR_UNSUPPORTED_PLATFORM`.
   */
  constructor(byteLength: number, options?: SharedMemoryOptions);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- users see the first one alone
  constructor(source: number | Opened, options?: SharedMemoryOptions);
  constructor(source: number | Opened, options: SharedMemoryOptions = {}) {
    if (isOpened(source)) {
      this.#native = source[opened];
    } else {
      const size = checkInteger('byteLength', source, 1, MAX_BYTE_LENGTH);
      const name = checkCreation(options);
      this.#native = binding().createSharedMemory(size, name, true, false);
    }
    this.byteLength = this.#native.byteLength;
  }

  /** @internal */
  static [createSparse](byteLength: number, name: string): SharedMemory {
    return new SharedMemory({
      [opened]: binding().createSharedMemory(byteLength, name, true, true),
    });
  }

  /**
   * Opens memory that this or another process has made: mmap(2). Programs in other languages can
   * make it, too: any memfd will do that has F_SEAL_SHRINK.
   *
   * @param fd the descriptor. It stays the caller's, who can close it at once.
   * @throws {UintrError} `ERR_UINTR_NOT_SHARED_MEMORY` for a descriptor of another kind, one that is not
   * sealed against shrinking, is empty, has huge pages, or has more than 2^40 bytes; `EACCES` for a
   * descriptor that is open for reading only and `EPERM` for memory that is sealed against writing,
   * unless `access` is `read`; `EBADF`, `EMFILE`, `ENOMEM`; `ERR_UINTR_UNSUPPORTED`,
   * `ERR_UINTR_UNSUPPORTED_PLATFORM`.
   */
  static open(fd: number, options: OpenSharedMemoryOptions = {}): SharedMemory {
    const descriptor = checkFd('fd', fd);
    const access = checkOpening(options);
    return new SharedMemory({
      [opened]: binding().openSharedMemory(descriptor, access === 'read-write', true),
    });
  }

  /** The descriptor, this object's own, close-on-exec; -1 once closed. */
  get fd(): number {
    return this.#native?.fd ?? -1;
  }

  /**
   * The memory: the same object each time. A SharedArrayBuffer, which can be posted to workers and
   * takes every call of `Atomics`. Where the runtime has no way to make one over memory of ours, an
   * ArrayBuffer, on which all of `Atomics` works except for `wait`, and which is copied when it is posted:
   * no version of Node that has been tried is like that. Which one it is,
   * `util.types.isSharedArrayBuffer()` tells.
   *
   * @throws {UintrError} `ERR_UINTR_CLOSED` after `close()`.
   */
  get buffer(): SharedArrayBuffer | ArrayBuffer {
    if (this.#native === undefined) throw closedError('shared memory');
    return this.#native.buffer;
  }

  /**
   * Closes the descriptor, and gives up the buffer. Whoever still has the buffer, or a view of it, on
   * any thread, can go on using it: the memory is unmapped when the last of them has been collected.
   * Closing twice is fine.
   */
  close(): void {
    this.#native?.close();
    this.#native = undefined;
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }
}
