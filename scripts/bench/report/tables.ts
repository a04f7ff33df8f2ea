import { fanInName } from '../costs.js';
import { MODES } from '../modes.js';
import type { Results } from '../results.js';
import type { Row } from '../rows.js';
import { breakdownText } from './breakdown.js';
import { idleText, pairsText } from './busy-polling.js';
import { count, micros, table, times } from './table.js';

export function report(results: Results): string {
  const sections = [
    machineText(results),
    ...MODES.map((mode) => pingPongText(results, mode)),
    sendCostsText(results),
    breakdownText(results),
    fanInText(results),
    receiversText(results),
    floodText(results),
    pairsText(results),
    idleText(results),
    boundsText(results),
    failuresText(results),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function machineText({ machine, repeats, rounds }: Results): string {
  const { pinning } = machine;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.hypervisor}; Linux ${machine.kernel}; ` +
      `Node ${machine.node}; ${machine.compiler}`,
    `Backend: ${machine.backend ?? 'none'} (${machine.reason}). ` +
      `Pinned to CPU ${pinning.first} and ${pinning.other}, "one core" to ${pinning.other}; ` +
      `load average at the start ${machine.loadAverage.toFixed(2)}.`,
    `${repeats} runs of each, interleaved, of ${count(rounds)} round trips ("spin": three times as many ` +
      `runs, of 20 times as many, in chunks of which some may not count); medians of the runs, in µs.`,
    'Ratios: p50 to the fastest in C of the mode, and to the fastest peer: same sides, same way of waiting.',
  ].join('\n');
}

const ABOUT = {
  spin: 'spin: two cores, nobody sleeps',
  'one core': 'one core: both sides on one, everybody sleeps',
  'two cores': 'two cores: each side on its own, both sleep (auto: as it likes)',
} as const;

/** Which of the runs that spun count. */
function sidesText({ sides }: Results): string {
  if (sides === undefined) return '';
  const { counted, floors, border, chunks, leftOut } = sides;
  const looks = `The floor was ${floors.map(micros).join(' - ')} (10th to 90th percentile of all looks)`;
  if (counted === 'all') return `${looks}: the CPUs did not move, everything counts.\n`;
  return (
    `${looks}: the host moved the CPUs. What counts was made with them ${counted} ` +
    `(floor ${counted === 'apart' ? 'from' : 'below'} ${micros(border)}); ` +
    `${count(leftOut)} of ${count(chunks)} chunks are left out.\n`
  );
}

function pingPongText(results: Results, mode: Row['mode']): string {
  const { pingPong } = results;
  const rows = pingPong.filter((row) => row.mode === mode).sort((a, b) => a.p50 - b.p50);
  if (rows.length === 0) return '';
  const heads = ['<contestant', '<class', 'p50', 'p50 of runs', 'p90', 'p99', 'max', 'a second'];
  return `Ping-pong, ${ABOUT[mode]}\n${mode === 'spin' ? sidesText(results) : ''}${table(
    [...heads, '× floor', '× peer', '<peer'],
    rows.map((row) => [
      row.ours ? `> ${row.contestant}` : `  ${row.contestant}`,
      row.class,
      micros(row.p50),
      row.spread.map(micros).join(' - '),
      micros(row.p90),
      micros(row.p99),
      micros(row.max),
      count(row.rate),
      times(row.toFloor),
      times(row.toPeer),
      row.peer ?? '',
    ]),
  )}`;
}

function sendCostsText({ sendCosts }: Results): string {
  if (sendCosts === undefined) return '';
  const { emptyCall, awake, awakePolling, asleep } = sendCosts;
  const rows: [string, number | undefined][] = [
    ['an empty Node-API call', emptyCall],
    ['receiver awake', awake],
    ['receiver awake, looking all the time on the other core', awakePolling],
    ...(['waitSync', 'event loop'] as const).flatMap((pose) =>
      (['one core', 'two cores'] as const).map((mode): [string, number] => [
        `receiver asleep in ${pose === 'waitSync' ? pose : 'its event loop'}, ${mode}`,
        asleep[pose][mode],
      ]),
    ),
  ];
  return `One send(), in ns for its caller\n${table(
    ['<', 'ns'],
    rows.flatMap(([what, ns]) => (ns === undefined ? [] : [[what, ns.toFixed(ns < 100 ? 1 : 0)]])),
  )}`;
}

function fanInText({ fanIn = [] }: Results): string {
  if (fanIn.length === 0) return '';
  const counts = [
    ...new Set(fanIn.map((row) => Number(/(\d+) vectors/.exec(row.contestant)?.[1]))),
  ];
  const cell = (way: 'loop' | 'sync', mode: Row['mode'], vectors: number): string => {
    const name = fanInName(way, vectors);
    const row = fanIn.find((each) => each.contestant === name && each.mode === mode);
    return row === undefined ? '' : micros(row.p50);
  };
  return `Fan-in: ping-pong between threads, back over so many vectors in turn, p50 in µs\n${table(
    ['vectors', 'loop, spin', 'waitSync, spin', 'loop, one core', 'waitSync, one core'],
    counts.map((vectors) => [
      String(vectors),
      cell('loop', 'spin', vectors),
      cell('sync', 'spin', vectors),
      cell('loop', 'one core', vectors),
      cell('sync', 'one core', vectors),
    ]),
  )}`;
}

function receiversText({ receivers = [] }: Results): string {
  if (receivers.length === 0) return '';
  return `One thread rings so many, and hears from all; event loops on one core, p50 in µs\n${table(
    ['receivers', 'uintr', 'MessagePort', 'ratio'],
    receivers.map(({ receivers: n, uintr, messagePort }) => [
      String(n),
      micros(uintr),
      micros(messagePort),
      times(uintr / messagePort),
    ]),
  )}`;
}

function floodText({ floods = [] }: Results): string {
  if (floods.length === 0) return '';
  return `Flood: threads that post as fast as they can to one event loop, a vector each\n${table(
    ['senders', 'posts a second', 'deliveries a second', 'coalesced'],
    floods.map((flood) => [
      String(flood.senders),
      count(flood.postsPerSecond),
      count(flood.deliveriesPerSecond),
      `${(flood.coalesced * 100).toFixed(2)} %`,
    ]),
  )}`;
}

function boundsText({ bounds }: Results): string {
  if (bounds.length === 0) return '';
  return `Bounds\n${table(
    ['<', 'bound', 'measured', '<'],
    bounds.map(({ what, is, limit, unit, measured, met }) => [
      what,
      `${is} ${limit} ${unit}`,
      `${measured.toFixed(2)} ${unit}`,
      met ? 'met' : 'MISSED',
    ]),
  )}`;
}

function failuresText({ failures }: Results): string {
  const reasons = new Set(failures.map(({ reason }) => reason));
  return [...reasons]
    .map((reason) => {
      const those = failures.filter((failure) => failure.reason === reason);
      const names = new Set(those.map(({ contestant, mode }) => `${contestant} (${mode})`));
      return `Left out, ${reason}: ${[...names].join(', ')}`;
    })
    .join('\n');
}
