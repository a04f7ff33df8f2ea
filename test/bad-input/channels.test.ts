// Wrong arguments, wrong descriptors, and peers that write what they like into the memory.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import v8 from 'node:v8';
import {
  type Channel,
  type ChannelOptions,
  createChannel,
  FdSocket,
  openChannel,
  Receiver,
  Sender,
  SharedMemory,
  type UintrError,
} from 'uintr';
import { frame, layout } from '../support/built.js';
import { closing } from '../support/closing.js';
import { collect } from '../support/collect.js';
import { leavesNothing } from '../support/leaks.js';
import { PATIENCE_MS } from '../support/patience.js';
import { settles, turns } from '../support/settle.js';
import { WRONG_FDS, wrong } from '../support/wrong.js';

const CAPACITY = 4096;

/** A creator that is not this library: it says and writes what it likes. */
class HostileCreator implements Disposable {
  readonly memory = new SharedMemory(layout.memoryBytes(CAPACITY));
  readonly words = new Int32Array(this.memory.buffer);
  readonly receiver = new Receiver();
  readonly sockets = FdSocket.pair();
  readonly rings = [layout.ringWords(0, CAPACITY), layout.ringWords(1, CAPACITY)] as const;

  constructor() {
    this.words[layout.MAGIC_WORD] = layout.MAGIC;
    this.words[layout.VERSION_WORD] = layout.VERSION;
    this.words[layout.CAPACITY_WORD] = CAPACITY;
  }

  say(word: number, fds: readonly number[], version = layout.VERSION): void {
    const message = Buffer.alloc(12);
    message.writeUInt32LE(layout.MAGIC, 0);
    message.writeUInt32LE(version, 4);
    message.writeUInt32LE(word, 8);
    this.sockets[0].send(message, fds);
  }

  offer(): void {
    const doorbell = this.receiver.createFd(0);
    this.say(1, [this.memory.fd, doorbell.fd]);
    doorbell.close();
  }

  open<T = Uint8Array>(options: ChannelOptions<T> = {}): Channel<T> {
    return openChannel<T>(this.sockets[1].fd, { codec: 'bytes', ...options });
  }

  /** Writes a word into the ring that the victim reads. */
  put(position: number, word: number): void {
    this.words[this.rings[0].begin + position / 4] = word;
  }

  [Symbol.dispose](): void {
    for (const socket of this.sockets) socket.close();
    this.receiver.close();
    this.memory.close();
  }
}

/** What a creator does, and the code of the error that the victim gets. */
type Case = readonly [string, (creator: HostileCreator) => void];

describe('channels refuse', () => {
  const use = closing();

  const options: readonly [string, unknown, string][] = [
    ['options', null, 'ERR_INVALID_ARG_TYPE'],
    ['options', 5, 'ERR_INVALID_ARG_TYPE'],
    ['a codec', { codec: 'xml' }, 'ERR_INVALID_ARG_VALUE'],
    ['a codec', { codec: {} }, 'ERR_INVALID_ARG_TYPE'],
    ['a codec', { codec: { encode: () => undefined } }, 'ERR_INVALID_ARG_TYPE'],
    ['a codec', { codec: null }, 'ERR_INVALID_ARG_TYPE'],
    ...[0, -1, 1.5, NaN, 4095, 6000, 2 ** 31, Infinity].map(
      (capacity) => ['a capacity', { capacity }, 'ERR_OUT_OF_RANGE'] as const,
    ),
    ['a capacity', { capacity: '4096' }, 'ERR_INVALID_ARG_TYPE'],
    ['a burst', { burst: 0 }, 'ERR_OUT_OF_RANGE'],
    ['a limit', { maxMessageBytes: 0 }, 'ERR_OUT_OF_RANGE'],
    ['a limit', { maxMessageBytes: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    ['a limit', { maxQueuedBytes: -1 }, 'ERR_OUT_OF_RANGE'],
    ['trust', { trusted: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ].map(([what, value, code]) => [what, value, code] as [string, unknown, string]);

  it('wrong options, and leave nothing', async () => {
    await leavesNothing(() => {
      for (const [what, value, code] of options) {
        assert.throws(() => createChannel(value as object), { code }, `${what}: ${String(value)}`);
      }
    });
  });

  it('wrong arguments of calls', async () => {
    const channel = use(createChannel<unknown>({ codec: 'bytes' }));
    for (const time of [-1, NaN, '5']) {
      assert.throws(() => channel.receiveSync(time as number), /timeoutMs/);
      assert.throws(() => channel.sendSync('x', time as number), /timeoutMs/);
      await assert.rejects(channel.receive({ timeout: time as number }), /timeout/);
    }
    for (const bytes of [-1, 1.5, NaN, 2 ** 31]) {
      assert.throws(() => channel.reserve(bytes), { code: 'ERR_OUT_OF_RANGE' });
    }
    assert.throws(() => channel.reserve('1' as unknown as number), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
    for (const message of [undefined, null, 5, {}, [1], new Uint16Array(2), new ArrayBuffer(2)]) {
      assert.throws(() => channel.send(message), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => channel.trySend(message), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => channel.sendSync(message), { code: 'ERR_INVALID_ARG_TYPE' });
    }
    assert.equal(channel.stats.sent, 0);
  });

  it('descriptors that are no channel, and leave them to the caller', async () => {
    await leavesNothing(() => {
      const file = openSync('/proc/self/exe', 'r');
      const [first, second] = FdSocket.pair();
      const [third, fourth] = FdSocket.pair();
      third.send('something else');
      const memory = new SharedMemory(5000);
      const receiver = new Receiver();
      const vectorFd = receiver.createFd(1);
      for (const fd of [file, first.fd, fourth.fd, memory.fd, vectorFd.fd]) {
        assert.throws(() => openChannel(fd), { code: 'ERR_UINTR_NOT_A_CHANNEL' }, `${fd}`);
      }
      for (const each of [first, second, third, fourth, memory, receiver, vectorFd]) each.close();
      closeSync(file);
      assert.throws(() => openChannel(file), { code: 'EBADF' });
    }, collect);
    for (const [fd, expected] of WRONG_FDS) assert.throws(() => openChannel(wrong(fd)), expected);
  });

  it('offers of another version, with other descriptors, or with memory of another form', async () => {
    await leavesNothing(() => {
      const cases: readonly Case[] = [
        [
          'ERR_UINTR_VERSION',
          (creator) => {
            creator.say(1, [], 2);
          },
        ],
        [
          'ERR_UINTR_NOT_A_CHANNEL',
          (creator) => {
            creator.say(9, []);
          },
        ],
        [
          'ERR_UINTR_NOT_A_CHANNEL',
          (creator) => {
            creator.say(1, []);
          },
        ],
        [
          'ERR_UINTR_NOT_A_CHANNEL',
          (creator) => {
            creator.say(1, [creator.memory.fd]);
          },
        ],
        [
          'ERR_UINTR_TOO_MANY_FDS',
          (creator) => {
            creator.say(1, [0, 1, 2]);
          },
        ],
        [
          'ERR_UINTR_NOT_SHARED_MEMORY',
          (creator) => {
            creator.say(1, [0, 1]);
          },
        ],
        [
          'ERR_UINTR_NOT_A_VECTOR_FD',
          (creator) => {
            creator.say(1, [creator.memory.fd, creator.memory.fd]);
          },
        ],
        ...[
          [layout.MAGIC_WORD, 1],
          [layout.CAPACITY_WORD, 8192],
          [layout.CAPACITY_WORD, 0],
          [layout.CAPACITY_WORD, -4096],
        ].map(([word = 0, value = 0]): Case => [
          'ERR_UINTR_NOT_A_CHANNEL',
          (creator) => {
            creator.words[word] = value;
            creator.offer();
          },
        ]),
        [
          'ERR_UINTR_VERSION',
          (creator) => {
            creator.words[layout.VERSION_WORD] = 2;
            creator.offer();
          },
        ],
        [
          'ERR_UINTR_NOT_A_CHANNEL',
          (creator) => {
            const odd = new SharedMemory(12_289);
            const doorbell = creator.receiver.createFd(0);
            creator.say(1, [odd.fd, doorbell.fd]);
            odd.close();
          },
        ],
      ];
      for (const [code, say] of cases) {
        using creator = new HostileCreator();
        say(creator);
        assert.throws(() => creator.open(), { code }, code);
      }
    }, collect);
  });

  it('an answer that is none, which ends the creator’s channel and no other', async () => {
    const channel = use(createChannel());
    const other = use(createChannel<number>());
    const peer = use(openChannel<number>(other.peerFd));
    const closed = once(channel, 'close');
    const socket = use(new FdSocket(duplicate(channel.peerFd)));
    socket.send('nonsense');
    const [reason] = (await closed) as [UintrError];
    assert.equal(reason.code, 'ERR_UINTR_CORRUPT');
    other.send(1);
    assert.equal(peer.poll(), 1);
  });
});

/** Duplicates a socket by passing it to ourselves. */
function duplicate(fd: number): number {
  const [first, second] = FdSocket.pair();
  first.send('x', [fd]);
  const [copy] = second.receiveSync()?.fds ?? [];
  first.close();
  second.close();
  return copy ?? -1;
}

describe('a peer that writes nonsense into a channel', () => {
  const use = closing();

  const nonsense: readonly [string, (creator: HostileCreator) => void][] = [
    [
      'a kind that is none',
      (creator) => {
        creator.put(0, frame(7, 8));
      },
    ],
    [
      'kind 0 with a length',
      (creator) => {
        creator.put(0, frame(0, 8));
      },
    ],
    [
      'a length beyond the ring',
      (creator) => {
        creator.put(0, frame(layout.WHOLE, 2 ** 27));
      },
    ],
    [
      'a length beyond a frame',
      (creator) => {
        creator.put(0, frame(layout.WHOLE, 2000));
      },
    ],
    [
      'padding at the begin',
      (creator) => {
        creator.put(0, frame(layout.PADDING, CAPACITY - 8));
      },
    ],
    [
      'padding that ends elsewhere',
      (creator) => {
        creator.put(0, frame(layout.WHOLE, 0));
        creator.put(8, frame(layout.PADDING, 8));
      },
    ],
    [
      'a part without a begin',
      (creator) => {
        creator.put(0, frame(layout.MORE, 8));
      },
    ],
    [
      'a begin within a message',
      (creator) => {
        creator.put(0, frame(layout.FIRST, 0));
        creator.put(4, 100);
        creator.put(8, frame(layout.FIRST, 0));
        creator.put(12, 100);
      },
    ],
    [
      'a whole message within a message',
      (creator) => {
        creator.put(0, frame(layout.FIRST, 0));
        creator.put(4, 100);
        creator.put(8, frame(layout.WHOLE, 0));
      },
    ],
    [
      'a part that is longer than its message',
      (creator) => {
        creator.put(0, frame(layout.FIRST, 16));
        creator.put(4, 15);
      },
    ],
    [
      'an empty part',
      (creator) => {
        creator.put(0, frame(layout.FIRST, 8));
        creator.put(4, 100);
        creator.put(16, frame(layout.MORE, 0));
      },
    ],
    [
      'the end within a message',
      (creator) => {
        creator.put(0, frame(layout.FIRST, 8));
        creator.put(4, 100);
        creator.put(16, frame(layout.END, 0));
      },
    ],
  ];

  for (const [what, write] of nonsense) {
    it(`loses its channel, and nobody else anything: ${what}`, async () => {
      const creator = use(new HostileCreator());
      creator.offer();
      const other = use(createChannel<number>());
      const peer = use(openChannel<number>(other.peerFd));
      const victim = use(creator.open());
      const closed = once(victim, 'close');
      victim.on('message', () => undefined);
      write(creator);
      const [reason] = (await closed) as [UintrError];
      assert.equal(reason.code, 'ERR_UINTR_CORRUPT');
      assert.throws(() => victim.send(new Uint8Array(1)), { code: 'ERR_UINTR_CORRUPT' });
      other.send(1);
      assert.equal(await peer.receive({ timeout: PATIENCE_MS }), 1);
    });
  }

  it('loses it by a length beyond maxMessageBytes, without memory for it', () => {
    const creator = use(new HostileCreator());
    creator.offer();
    const victim = use(creator.open());
    creator.put(0, frame(layout.FIRST, 0));
    creator.put(4, -1);
    assert.throws(() => victim.poll(), { code: 'ERR_UINTR_TOO_LARGE' });
  });

  it('loses it by a read position that jumps', async () => {
    for (const head of [-8, 4, 5000 - (5000 % 8), 2 ** 30]) {
      const creator = use(new HostileCreator());
      creator.offer();
      const victim = use(creator.open());
      const closed = once(victim, 'close');
      creator.words[creator.rings[1].head] = head;
      assert.throws(
        () => {
          for (let n = 0; n < 10; ++n) victim.send(new Uint8Array(1000));
        },
        { code: 'ERR_UINTR_CORRUPT' },
        `${head}`,
      );
      const [reason] = (await closed) as [UintrError];
      assert.equal(reason.code, 'ERR_UINTR_CORRUPT');
    }
  });

  it('loses it by what the codec cannot decode, behind the messages before', async () => {
    for (const codec of ['json', 'clone'] as const) {
      const creator = use(new HostileCreator());
      creator.offer();
      const victim = use(creator.open<unknown>({ codec }));
      const good = codec === 'json' ? Buffer.from('5 ') : v8.serialize(5);
      const bytes = new Uint8Array(creator.memory.buffer, 4 * creator.rings[0].begin);
      bytes.set(good, 8);
      creator.put(0, frame(layout.WHOLE, good.length));
      const next = layout.frameBytes(good.length);
      bytes.fill(0x7b, next + 8, next + 40);
      creator.put(next, frame(layout.WHOLE, 32));
      const messages: unknown[] = [];
      victim.on('message', (message) => messages.push(message));
      const [reason] = (await once(victim, 'close')) as [UintrError];
      assert.deepEqual(messages, [5]);
      assert.equal(reason.code, 'ERR_UINTR_CORRUPT');
      assert.ok(reason.cause instanceof Error);
    }
  });

  it('that never reads keeps the writer’s memory bounded', () => {
    const creator = use(new HostileCreator());
    creator.offer();
    const victim = use(creator.open({ maxQueuedBytes: 100_000 }));
    assert.throws(
      () => {
        for (;;) victim.send(new Uint8Array(1000));
      },
      { code: 'ERR_UINTR_FULL' },
    );
    assert.equal(victim.stats.queuedBytes, 100_000);
  });

  it('that rings without end keeps nobody from their messages', async () => {
    const creator = use(new HostileCreator());
    creator.offer();
    const victim = use(creator.open());
    const other = use(createChannel<number>());
    const peer = use(openChannel<number>(other.peerFd));
    victim.on('message', () => undefined);
    const messages: number[] = [];
    peer.on('message', (message) => messages.push(message));
    const [doorbell] = (await creator.sockets[0].receive({ timeout: PATIENCE_MS }))?.fds ?? [];
    const ringer = use(new Sender(doorbell ?? -1));
    closeSync(doorbell ?? -1);
    for (let n = 0; n < 1000; ++n) {
      ringer.send();
      other.send(n);
      if (n % 10 === 0) await turns(1);
    }
    assert.ok(ringer.stats.posts === 1000);
    await settles(() => {
      assert.equal(messages.length, 1000);
    });
  });
});
