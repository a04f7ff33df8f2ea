// The measurer: measures what connecting services costs, with a peer in a process of its own (peer.ts).
//
//     npm run bench:connect -- [--json file] [--firsts count] [--quick]

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { Receiver } from 'uintr';
import { scratchFolder } from '../node/transports/scratch.js';
import { firstInterrupt } from './first-interrupt.js';
import { idleConnections } from './idle-connections.js';
import { idleText, stepsText } from './report.js';
import type { Task, Times } from './tasks.js';

const COUNTS = [0, 1, 10, 100, 1000];
const FIRSTS = 300;

interface Options {
  readonly quick: boolean;
  readonly firsts: string;
  readonly json?: string;
}

async function main(): Promise<void> {
  const { quick, firsts, json } = new Command('bench:connect')
    .description('Measures what connecting services costs.')
    .option('-q, --quick', 'up to 100 idle connections only', false)
    .option('-n, --firsts <count>', 'number of connections to time', String(FIRSTS))
    .option('--json <file>', 'write all figures there')
    .parse()
    .opts<Options>();
  const address = path.join(scratchFolder(), 'socket');
  using receiver = new Receiver({ vectors: { tick: 0 } });
  receiver.listen(address, { requestsPerSecond: Infinity, maxConnections: 2000 });
  const peer = fork(path.join(__dirname, 'peer.js'), [address]);
  const tell = async (task: Task): Promise<Times> => {
    peer.send(task);
    const [times] = (await once(peer, 'message')) as [Times];
    return times;
  };
  try {
    const steps = await firstInterrupt(receiver, tell, Number(firsts));
    console.log(stepsText(steps));
    const counts = quick ? COUNTS.filter((count) => count <= 100) : COUNTS;
    const idle = await idleConnections(receiver, tell, counts);
    console.log(`\n${idleText(idle)}`);
    const results = { date: new Date().toISOString(), backend: receiver.backend, steps, idle };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  } finally {
    peer.kill();
  }
}

void main();
