// One end of a bridge between two hosts: see bridge.ts. Start nats-server, then the first line on the
// host that sends and the second line on the host that receives:
//
//     node build/js/examples/nats-bridge/main.js --from /tmp/bridge.sock tick stop
//     node build/js/examples/nats-bridge/main.js --to /tmp/service.sock tick stop
//
// On the first host, senders connect() to /tmp/bridge.sock as if the bridge were the service. On the
// second host, the service listens at /tmp/service.sock.

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
    .argument('<vectors...>', 'the names of the vectors')
    .option('--from <path>', 'listen at this path and publish the interrupts that arrive')
    .option('--to <path>', 'connect to the receiver at this path and post per message')
    .option('--server <address>', 'the address of nats-server', '127.0.0.1:4222')
    .option('--prefix <subject>', 'the first part of the subjects', 'doorbell')
    .parse();
  const { from, to, server, prefix } = command.opts<Options>();
  const names = command.args;
  if ((from === undefined) === (to === undefined)) command.error('give either --from or --to');

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
    await nats.flush(); // returns once the server has the subscriptions
    console.log('ready');
  }
}

void main();
