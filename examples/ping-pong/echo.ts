// The other side of the rivals' ping-pong, as a worker or a child process: answers every message.

import { isMainThread, parentPort } from 'node:worker_threads';

if (isMainThread) {
  process.on('message', (message) => process.send?.(message));
} else {
  parentPort?.on('message', (message) => parentPort?.postMessage(message));
}
