// One end of a bridge between the interrupts of two hosts: see bridge.ts. With nats-server running,
// the host that rings and the host that is rung each start one:
//
//     node build/js/examples/nats-bridge/main.js --from /tmp/bridge.sock tick stop
//     node build/js/examples/nats-bridge/main.js --to /tmp/service.sock tick stop
//
// On the first, services connect() to /tmp/bridge.sock as if it were the service itself; on the
// second, the service listens at /tmp/service.sock.

import { connect as connectToNats } from '@nats-io/transport-node';
import { Command } from 'commander';
import { connect, Receiver } from 'uintr';
import { publishInterrupts, raiseOnMessage } from './bridge.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly server: string;
  readonly prefix: string;
}

async function main(): Promise<void> {
  const command = new Command('nats-bridge')
    .description('Carries the interrupts of named vectors from one host to another over NATS.')
    .argument('<vectors...>', 'their names')
    .option('--from <path>', 'listen there for local services, and publish what they raise')
    .option('--to <path>', 'connect to the local receiver there, and raise what is published')
    .option('--server <address>', 'of nats-server', '127.0.0.1:4222')
    .option('--prefix <subject>', 'of the subjects', 'doorbell')
    .parse();
  const { from, to, server, prefix } = command.opts<Options>();
  const names = command.args;
  if ((from === undefined) === (to === undefined)) command.error('either --from or --to');

  const nats = await connectToNats({
    servers: server,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
  });
  if (from !== undefined) {
    const vectors = Object.fromEntries(names.map((name, vector) => [name, vector]));
    const receiver = new Receiver({ vectors });
    receiver.listen(from);
    console.log('ready');
    await publishInterrupts(receiver, names, nats, prefix);
  } else if (to !== undefined) {
    const connection = await connect(to, { vectors: names, onDisconnect: 'drop' });
    raiseOnMessage(nats, prefix, connection, names);
    await nats.flush(); // subscribed
    console.log('ready');
  }
}

void main();
