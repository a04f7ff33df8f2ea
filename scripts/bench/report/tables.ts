// The whole report as text.

import { MODES } from '../modes.js';
import type { Results } from '../results.js';
import { breakdownsText } from './breakdown.js';
import { idleText, pairsText } from './busy-polling.js';
import { floodText, receiversText, sendCostsText } from './costs.js';
import { fanInText, pingPongText } from './ping-pong.js';
import { count, table } from './table.js';

export function report(results: Results): string {
  const sections = [
    machineText(results),
    ...MODES.map((mode) => pingPongText(results, mode)),
    sendCostsText(results),
    breakdownsText(results),
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
  const { first, other } = machine.pinning;
  const pinning =
    first === other
      ? `CPU ${other}, the only one: what needs two is left out`
      : `CPU ${first} and ${other}, "one core" to ${other}`;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.hypervisor}; Linux ${machine.kernel}; ` +
      `Node ${machine.node}; ${machine.compiler}`,
    `Backend: ${machine.backend ?? 'none'} (${machine.reason}). ` +
      `Pinned to ${pinning}; ` +
      `load average at the start ${machine.loadAverage.toFixed(2)}.`,
    `${repeats} interleaved ${repeats === 1 ? 'run' : 'runs'} of ${count(rounds)} round trips per contestant ("spin": three times as ` +
      `many runs, of 20 times as many round trips, in chunks of which some may not count); medians of the runs, in µs.`,
    '"Default" contestants have busyPollMicros "auto" and decide for themselves when to spin.',
    'Ratios of p50. Floor: the fastest in C of the mode; where nobody sleeps, two processes that spin on one shared',
    'cache line. Peer: the fastest without uintr that has the same kind of sides and the same way of waiting.',
  ].join('\n');
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
      const names = new Set(those.map(({ what }) => what));
      return `Left out, ${reason}: ${[...names].join(', ')}`;
    })
    .join('\n');
}
