// The protocol of native/protocol/post.h as a small machine, of which a test can try every
// interleaving: one receiver and two senders on one vector fd. One of the senders may be killed
// between any two steps. Stores that are not sequentially consistent wait in the receiver's store
// buffer for any time, as on x86-64.

/** How a sender wakes the receiver: an eventfd remembers a wake-up, a futex does not. */
export type Wake = 'eventfd' | 'futex';

/** Deliberate mistakes, each of which the model must find. */
export type Mistake =
  | 'look before the park'
  | 'relaxed park'
  | 'load before the raise'
  | 'notified before the wake'
  | 'notified without the number of the park'
  | 'notified although nobody was woken'
  | 'take by load and store';

interface Sender {
  readonly pc: 'raise' | 'load' | 'load again' | 'check' | 'wake' | 'set' | 'over' | 'killed';
  readonly left: number;
  /** The state word that the sender loaded; 0 is RUNNING. */
  readonly saw: number;
  /** Whether the raise of this sender has not been taken. */
  readonly mine: boolean;
}

interface State {
  readonly pir: boolean;
  readonly notified: number;
  /** The state word: 0 is RUNNING, n is the n-th park. */
  readonly word: number;
  /** A value for `word` in the receiver's store buffer, which the senders do not see yet. */
  readonly buffered: number | null;
  /** Whether the eventfd is readable. */
  readonly signalled: boolean;
  readonly pc: 'take' | 'clear' | 'early look' | 'park' | 'look' | 'sleep' | 'asleep' | 'unpark';
  readonly parks: number;
  readonly senders: readonly Sender[];
  readonly kills: number;
  /** Whether a post has returned that the receiver has not taken. */
  readonly owed: boolean;
}

const POSTS = [2, 1]; // per sender

function receiverSteps(state: State, wake: Wake, mistake: Mistake | undefined): State[] {
  const taken = {
    owed: false,
    senders: state.senders.map((sender) => ({ ...sender, mine: false })),
  };
  // A locked operation and a sequentially consistent store empty the store buffer.
  const flushed = { word: state.buffered ?? state.word, buffered: null };
  const afterTake = mistake === 'look before the park' ? 'early look' : 'park';
  switch (state.pc) {
    case 'take':
      if (!state.pir) return [{ ...state, pc: afterTake }];
      if (mistake === 'take by load and store') return [{ ...state, ...taken, pc: 'clear' }];
      return [{ ...state, ...flushed, ...taken, pir: false, pc: afterTake }];
    case 'clear':
      return [{ ...state, pir: false, pc: afterTake }];
    case 'early look':
      return [{ ...state, pc: state.pir ? 'take' : 'park' }];
    case 'park': {
      const parks = state.parks + 1;
      const pc = mistake === 'look before the park' ? 'sleep' : 'look';
      if (mistake === 'relaxed park') return [{ ...state, buffered: parks, parks, pc }];
      return [{ ...state, word: parks, buffered: null, parks, pc }];
    }
    case 'look':
      return [{ ...state, pc: state.pir ? 'unpark' : 'sleep' }];
    case 'sleep':
      // A system call; the kernel compares the futex's word, which is PIR.
      if (wake === 'futex') return [{ ...state, pc: state.pir ? 'unpark' : 'asleep' }];
      return state.signalled ? [{ ...state, signalled: false, pc: 'unpark' }] : [];
    case 'asleep':
      return [];
    case 'unpark':
      return [{ ...state, buffered: 0, pc: 'take' }];
  }
}

function senderSteps(state: State, index: number, wake: Wake, mistake?: Mistake): State[] {
  const sender = state.senders[index];
  if (sender === undefined || sender.pc === 'over' || sender.pc === 'killed') return [];
  const to = (change: Partial<Sender>, rest: Partial<State> = {}): State => ({
    ...state,
    ...rest,
    senders: state.senders.map((other, i) => (i === index ? { ...other, ...change } : other)),
  });
  const returned = (rest: Partial<State> = {}): State => {
    const left = sender.left - 1;
    const first = mistake === 'load before the raise' ? 'load' : 'raise';
    return to(
      { pc: left === 0 ? 'over' : first, left, mine: false },
      { ...rest, owed: state.owed || sender.mine },
    );
  };
  const afterLoad = (saw: number): State[] => {
    if (mistake === 'load before the raise') return [to({ pc: 'raise', saw })];
    if (saw === 0) return [returned()];
    // A post that lib/core/sender.ts begins goes on in native/core/sender.cc, with a load of its
    // own.
    return [to({ pc: 'check', saw }), to({ pc: 'load again' })];
  };
  const steps: State[] = [];
  if (state.kills === 0) steps.push(to({ pc: 'killed', mine: false }, { kills: 1 }));
  switch (sender.pc) {
    case 'raise':
      if (mistake === 'load before the raise') {
        return [...steps, to({ pc: 'check', mine: true }, { pir: true })];
      }
      return [...steps, to({ pc: 'load', mine: true }, { pir: true })];
    case 'load':
      return [...steps, ...afterLoad(state.word)];
    case 'load again':
      return [...steps, to({ pc: 'check', saw: state.word })];
    case 'check': {
      if (sender.saw === 0) return [...steps, returned()];
      const on =
        mistake === 'notified without the number of the park'
          ? state.notified !== 0
          : state.notified === sender.saw;
      if (on) return [...steps, returned()];
      return [...steps, to({ pc: mistake === 'notified before the wake' ? 'set' : 'wake' })];
    }
    case 'wake': {
      const woken: Partial<State> =
        wake === 'eventfd' ? { signalled: true } : state.pc === 'asleep' ? { pc: 'unpark' } : {};
      if (mistake === 'notified before the wake') return [...steps, returned(woken)];
      // FUTEX_WAKE tells whether any thread slept; an eventfd remembers the wake-up.
      if (
        'signalled' in woken ||
        'pc' in woken ||
        mistake === 'notified although nobody was woken'
      ) {
        return [...steps, to({ pc: 'set' }, woken)];
      }
      return [...steps, returned()];
    }
    case 'set':
      if (mistake === 'notified before the wake') {
        return [...steps, to({ pc: 'wake' }, { notified: sender.saw })];
      }
      return [...steps, returned({ notified: sender.saw })];
  }
}

export interface Verdict {
  readonly states: number;
  /** A state in which the receiver sleeps forever although a post has returned. */
  readonly lost: State | undefined;
}

/** Tries every interleaving. */
export function explore(wake: Wake, mistake?: Mistake): Verdict {
  const idle: Sender = {
    pc: mistake === 'load before the raise' ? 'load' : 'raise',
    left: 0,
    saw: 0,
    mine: false,
  };
  const open: State[] = [
    {
      pir: false,
      notified: 0,
      word: 0,
      buffered: null,
      signalled: false,
      pc: 'take',
      parks: 0,
      senders: POSTS.map((left) => ({ ...idle, left })),
      kills: 0,
      owed: false,
    },
  ];
  const known = new Set<string>();
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = JSON.stringify(state);
    if (known.has(key)) continue;
    known.add(key);
    const steps = [
      ...receiverSteps(state, wake, mistake),
      ...state.senders.flatMap((_, index) => senderSteps(state, index, wake, mistake)),
    ];
    if (state.buffered !== null) steps.push({ ...state, word: state.buffered, buffered: null });
    if (steps.length === 0 && state.owed) return { states: known.size, lost: state };
    open.push(...steps);
  }
  return { states: known.size, lost: undefined };
}
