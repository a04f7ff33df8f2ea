// Runs all sections of the benchmark that were asked for.

import type { Backend } from 'uintr';
import { boundsOf } from './bounds.js';
import { compileAddon, compilePingPong, fileOf } from './compile.js';
import { contestants } from './contestants.js';
import { type Effort, FULL, QUICK } from './effort.js';
import { fanIn } from './fan-in.js';
import { describeMachine } from './machine.js';
import type { Options } from './options.js';
import { entriesOf, pingPong } from './ping-pong.js';
import { Progress } from './progress.js';
import type { Results } from './results.js';
import { type Failure, NOTHING, type Section } from './section.js';
import { breakdowns } from './sections/breakdowns.js';
import { floods } from './sections/floods.js';
import { idles } from './sections/idles.js';
import { busyPairs } from './sections/pairs.js';
import { manyReceivers } from './sections/receivers.js';
import { sendCosts } from './sections/send-costs.js';

/** Measures everything that was asked for. Undefined where nothing matches. */
export async function measure(options: Options): Promise<Results | undefined> {
  const machine = describeMachine();
  const cpus = machine.pinning;
  const effort: Effort = options.quick ? QUICK : FULL;
  const { repeats = effort.repeats, rounds = effort.rounds } = options;
  const backends: readonly Backend[] =
    machine.backend === 'hardware' ? ['software', 'hardware'] : ['software'];
  const modes = options.mode.filter((mode) => mode === 'one core' || cpus.first !== cpus.other);
  const wanted = (what: string): boolean => options.only?.test(what) ?? true;
  const ifWanted = <Row>(
    what: string,
    section: () => Section<readonly Row[]>,
  ): Section<readonly Row[]> => (wanted(what) ? section() : NOTHING);

  const programs = { pingPong: compilePingPong(), libuv: compileAddon('libuv') };
  const players = [
    ...contestants(programs, backends).filter((one) => wanted(`${one.name} (${one.class})`)),
    ...(wanted('fan-in') ? fanIn(effort.vectors, backends) : []),
  ];
  const floor = fileOf(programs.pingPong);
  const sections = {
    pingPong: pingPong(entriesOf(players, modes), { rounds, cpus, floor }),
    sendCosts: ifWanted('send()', () => sendCosts(backends, cpus, effort.wakeUps)),
    breakdowns: ifWanted('breakdown', () => breakdowns(backends, cpus.first)),
    receivers: ifWanted('receivers', () =>
      manyReceivers(backends, effort.receivers, rounds, cpus.other),
    ),
    floods: ifWanted('flood', () => floods(backends, effort.senders, effort.floodMs)),
    pairs: ifWanted('pairs', () => busyPairs(backends, effort.pairs, cpus, effort.pairsMs)),
    idles: ifWanted('idle', () => idles(backends, effort.idleMs)),
  };

  const runs = Object.values(sections).reduce((sum, section) => sum + section.runs, 0);
  if (runs === 0) return undefined;
  const progress = new Progress(runs * repeats);
  const failures: Failure[] = [];
  const listener = {
    onRun: (what: string) => {
      progress.step(what);
    },
    onFailure: (failure: Failure) => failures.push(failure),
  };
  const of = <Result>(section: Section<Result>): Promise<Result> =>
    section.measure(repeats, listener);
  try {
    const { rows, sides } = await of(sections.pingPong);
    const results = {
      sendCosts: await of(sections.sendCosts),
      breakdowns: await of(sections.breakdowns),
      receivers: await of(sections.receivers),
      floods: await of(sections.floods),
      pairs: await of(sections.pairs),
      idles: await of(sections.idles),
    };
    const pingPongRows = rows.filter(({ vectors }) => vectors === undefined);
    return {
      date: new Date().toISOString(),
      machine,
      repeats,
      rounds,
      ...(sides === undefined ? {} : { sides }),
      pingPong: pingPongRows,
      fanIn: rows.filter(({ vectors }) => vectors !== undefined),
      failures,
      ...results,
      bounds: boundsOf(pingPongRows, results.sendCosts, results.pairs),
    };
  } finally {
    progress.stop();
  }
}
