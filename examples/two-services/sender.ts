// The service that sends: see receiver.ts. With --stop it ends the receiver instead.

import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'uintr';
import { addressOf } from './address.js';

async function main(): Promise<void> {
  const stop = process.argv.includes('--stop');
  const address = addressOf(process.argv.slice(2).find((argument) => argument !== '--stop'));
  console.log(`connecting to ${address}`);
  if (stop) {
    using connection = await connect(address, { vectors: ['stop'] });
    connection.send('stop');
    return;
  }
  const connection = await connect(address, { vectors: ['tick'], onDisconnect: 'drop' });
  console.log('connected');
  connection.on('disconnect', () => {
    console.log('the receiver is gone');
  });
  connection.on('connect', () => {
    console.log('the receiver is back');
  });
  for (;;) {
    connection.send('tick'); // no system call while the receiver is awake
    await sleep(500);
  }
}

void main();
