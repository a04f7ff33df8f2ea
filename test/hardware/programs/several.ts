// Several receivers on this thread share the kernel's 64 vectors. Argument: what to show.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as uintr from 'uintr';
import { Receiver, Sender, UintrError, VectorFd } from 'uintr';
import { settles } from '../../support/settle.js';

/** The kernel's number of the vector, from the uvec fd. */
function numberOf({ uvecFd }: VectorFd): number {
  const info = readFileSync(`/proc/self/fdinfo/${uvecFd}`, 'latin1');
  const [, number] = /^(?:uintr: receiver: \d+ vector:|user_vector:)\s*(\d+)$/m.exec(info) ?? [];
  return Number(number);
}

const isSorted = (numbers: readonly number[]): boolean =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? 0));

const say = (...of: unknown[]): void => {
  console.log(JSON.stringify(of));
};

function attempt(work: () => unknown): unknown {
  try {
    work();
    return 'done';
  } catch (error) {
    if (!(error instanceof UintrError)) throw error;
    return [error.code, error.errno, error.syscall, error.message];
  }
}

/** Posts to each vector once. Returns whether the receiver takes them all, the highest first. */
function works(receiver: Receiver, fds: readonly VectorFd[]): boolean {
  for (const fd of fds) {
    const sender = new Sender(fd);
    sender.send();
    sender.close();
  }
  const expected = fds.map(({ vector }) => vector).sort((a, b) => b - a);
  const taken = fds.map(() => receiver.poll());
  return JSON.stringify(taken) === JSON.stringify(expected) && receiver.poll() === -1;
}

const ways: Record<string, (...args: string[]) => unknown> = {
  'used up': () => {
    const [a, b] = [new Receiver(), new Receiver()];
    const ofA = Array.from({ length: 40 }, (_, i) => a.createFd(i));
    const ofB = Array.from({ length: 24 }, (_, i) => b.createFd(i));
    say(works(a, ofA), works(b, ofB));
    say(attempt(() => b.createFd(24)));
    say(attempt(() => new Receiver().createFd(63)));
    b.createFd(23); // in use by this receiver: needs no other one
    a.close();
    const more = Array.from({ length: 40 }, (_, i) => b.createFd(24 + i));
    say(works(b, [...ofB, ...more]));
    say(attempt(() => new Receiver().createFd(5)));
  },
  order: () => {
    const receivers = [new Receiver(), new Receiver()];
    const fds = receivers.map((receiver) => [63, 0, 5, 62, 4].map((v) => receiver.createFd(v)));
    for (const [i, receiver] of receivers.entries()) {
      const own = (fds[i] ?? []).toSorted((a, b) => a.vector - b.vector);
      say(isSorted(own.map(numberOf)), works(receiver, own));
    }
    // Where none is left in order, a receiver still takes by its own numbers.
    const crowded = Array.from({ length: 8 }, () => new Receiver());
    say(
      crowded.every((receiver) =>
        works(
          receiver,
          [9, 3, 7, 4].map((v) => receiver.createFd(v)),
        ),
      ),
    );
    say(fds[0]?.map(numberOf)); // a receiver that is alone keeps its numbers
  },
  registrations: () => {
    const receivers = [new Receiver(), new Receiver(), new Receiver()];
    receivers[0]?.clui();
    receivers[1]?.clui();
    receivers[2]?.clui();
    receivers[1]?.stui();
    receivers[0]?.close();
    receivers[2]?.close();
    receivers[1]?.close();
  },
  'given back': async () => {
    const keeper = new Receiver();
    keeper.createFd(1);
    const first = new Receiver();
    const fd = first.createFd(5);
    const held = fd.uvecFd ?? -1;
    const peer = new Sender(fd); // on rfc-v1 the vector stays in use for as long as its uvec fd
    const old = numberOf(fd);
    first.close();
    const second = new Receiver();
    const fresh = second.createFd(5);
    say(numberOf(fresh) === old, works(second, [fresh]), held >= 0);
    peer.close();
    second.close();
    // Another thread closes what the peer had, shortly afterwards.
    await settles(() => {
      const third = new Receiver();
      const isSame = numberOf(third.createFd(5)) === old;
      third.close();
      assert.ok(isSame);
    });
    say(true);
  },
  masked: async () => {
    const [first, keeper] = [new Receiver(), new Receiver()];
    const heard: number[] = [];
    keeper.on('interrupt', (vector) => heard.push(vector));
    const sender = new Sender(first.createFd(5));
    first.clui();
    keeper.clui();
    sender.send(); // arrives once somebody unmasks
    first.close();
    const fd = keeper.createFd(5);
    keeper.stui();
    await new Promise((done) => setTimeout(done, 20));
    say(heard, works(keeper, [fd]));
  },
  copies: (folder = '') => {
    const copy = createRequire(__filename)(folder) as typeof uintr;
    const first = new Receiver();
    let error: unknown;
    try {
      new copy.Receiver();
    } catch (caught) {
      error = caught;
    }
    const { code, syscall, message } = error as UintrError;
    say(code, syscall, message);
    const other = new copy.Receiver({ backend: 'software' });
    const sender = new copy.Sender(other.createFd(3));
    sender.send();
    say(other.waitSync(), works(first, [first.createFd(3)]));
    other.close();
    first.close();
    new copy.Receiver().close();
  },
};

async function main(): Promise<void> {
  const [way = '', ...args] = process.argv.slice(2);
  await ways[way]?.(...args);
  process.exit();
}

void main();
