// The report's tables of send() and of load: many receivers, and floods.

import { nameOn } from '../constants.js';
import type { Results } from '../results.js';
import type { Figure } from '../statistics.js';
import { count, micros, nanos, range, table, times } from './table.js';

export function sendCostsText({ sendCosts }: Results): string {
  if (sendCosts.length === 0) return '';
  const rows = sendCosts.flatMap(({ backend, costs }) => {
    const lines: [string, Figure | undefined][] = [
      ['an empty Node-API call', costs.emptyCall],
      ['receiver awake', costs.awake],
      ['receiver awake, looking all the time on the other core', costs.awakePolling],
      ['receiver asleep in waitSync, one core', costs.waitSyncOneCore],
      ['receiver asleep in waitSync, two cores', costs.waitSyncTwoCores],
      ['receiver asleep in its event loop, one core', costs.eventLoopOneCore],
      ['receiver asleep in its event loop, two cores', costs.eventLoopTwoCores],
    ];
    return lines.flatMap(([what, figure]) =>
      figure === undefined
        ? []
        : [[nameOn(backend, what), nanos(figure.median), range(figure, nanos)]],
    );
  });
  return `One send(), in ns for its caller\n${table(['<', 'ns', 'of runs'], rows)}`;
}

export function receiversText({ receivers }: Results): string {
  if (receivers.length === 0) return '';
  return `One thread posts to many receivers, and all answer; event loops on one core, p50 in µs\n${table(
    ['receivers', '<contestant', 'p50', 'of runs', 'MessagePort', 'of runs', '× MessagePort'],
    receivers.map(({ receivers: n, backend, uintr, messagePort, toMessagePort }) => [
      String(n),
      nameOn(backend, 'uintr'),
      micros(uintr.median),
      range(uintr, micros),
      micros(messagePort.median),
      range(messagePort, micros),
      times(toMessagePort),
    ]),
  )}`;
}

export function floodText({ floods }: Results): string {
  if (floods.length === 0) return '';
  return [
    'Flood: threads post as fast as they can to one event loop, over a vector or a port per thread; not',
    'pinned. Interrupts coalesce. Every message is delivered, so its sender waits while thousands are due',
    table(
      [
        ...['senders', '<contestant', 'posts per second', 'of runs', '× MessagePort'],
        ...['deliveries per second', 'of runs', 'coalesced'],
      ],
      floods.map(({ senders, contestant, toMessagePort, flood }) => [
        String(senders),
        contestant,
        count(flood.postsPerSecond.median),
        range(flood.postsPerSecond, count),
        times(toMessagePort),
        count(flood.deliveriesPerSecond.median),
        range(flood.deliveriesPerSecond, count),
        flood.coalesced === undefined ? '' : `${(flood.coalesced.median * 100).toFixed(2)} %`,
      ]),
    ),
  ].join('\n');
}
