/** Memory in the three shapes that its uses want: making one of another costs more than a message. */

import { Buffer } from 'node:buffer';

export class Region {
  /** For views: `new Uint8Array(region.memory, …)`. */
  readonly memory: ArrayBuffer;
  /** For copies: a Buffer's `subarray()` takes far longer. */
  readonly bytes: Uint8Array;
  /** For strings. */
  readonly text: Buffer;

  constructor(memory: ArrayBuffer | SharedArrayBuffer) {
    this.memory = memory as ArrayBuffer; // what is done with it is the same for both
    this.bytes = new Uint8Array(this.memory);
    this.text = Buffer.from(this.memory);
  }

  /** Makes memory that is not cleared. */
  static allocate(length: number): Region {
    return new Region(Buffer.allocUnsafeSlow(length).buffer);
  }

  view(begin: number, end: number): Uint8Array {
    return new Uint8Array(this.memory, begin, end - begin);
  }
}
