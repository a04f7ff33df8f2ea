// The transports by name.

import type { Transport } from '../transport.js';

/** Each transport is loaded on demand: zeromq may be missing, and starts threads of its own. */
const LOADERS: Readonly<Record<string, () => Promise<Transport>>> = {
  'uintr-loop-threads': async () => (await import('./uintr.js')).loopBetweenThreads,
  'uintr-loop-processes': async () => (await import('./uintr.js')).loopBetweenProcesses,
  'uintr-sync-threads': async () => (await import('./uintr.js')).syncBetweenThreads,
  'uintr-sync-processes': async () => (await import('./uintr.js')).syncBetweenProcesses,
  'atomics-spin': async () => (await import('./atomics.js')).atomicsSpin,
  'atomics-wait': async () => (await import('./atomics.js')).atomicsWait,
  'atomics-wait-async': async () => (await import('./atomics.js')).atomicsWaitAsync,
  'message-port': async () => (await import('./messages.js')).messagePort,
  'receive-message-on-port': async () => (await import('./messages.js')).receiveMessagePolling,
  'broadcast-channel': async () => (await import('./messages.js')).broadcastChannel,
  'process-send-json': async () => (await import('./process-send.js')).processSendJson,
  'process-send-advanced': async () => (await import('./process-send.js')).processSendAdvanced,
  'net-unix': async () => (await import('./net-unix.js')).netUnix,
  fifo: async () => (await import('./fifo.js')).fifo,
  'zeromq-inproc': async () => (await import('./zeromq.js')).zeromqInproc,
  'zeromq-ipc': async () => (await import('./zeromq.js')).zeromqIpc,
};

export async function loadTransport(name: string): Promise<Transport> {
  const load = LOADERS[name];
  if (load === undefined) throw new Error(`no such transport: ${name}`);
  return load();
}
