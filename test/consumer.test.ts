// What a dependent's compiler sees: the declarations, without skipLibCheck, by import and by require.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder } from './support/addresses.js';

const ROOT = path.resolve(__dirname, '../../..');

const SOURCE = `
import {
  connect, FdListener, FdSocket, listen, Receiver, Sender, VectorFd,
  type Connection, type Diagnostics, type OnDisconnect, type Rendezvous, type SocketType, type StdioEntry,
} from 'uintr';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const exactly = <Expected,>() =>
  <Actual,>(_: Actual, same: Same<Actual, Expected>): void => void same;

const receiver = new Receiver({ vectors: { tick: 0, stop: 63 } });
for (const rendezvous of [receiver.listen('a'), listen(receiver, 'b')]) {
  exactly<Rendezvous<'tick' | 'stop'>>()(rendezvous, true);
  rendezvous.on('connection', ({ names }) => {
    exactly<readonly ('tick' | 'stop' | undefined)[]>()(names, true);
  });
}
receiver.listen('c', { vectors: ['tick', 5], authorize: (peer, request) => peer.uid === request.vectors[0] });
listen(receiver, 'c', { vectors: ['stop'] });
// @ts-expect-error -- no such name
receiver.listen('d', { vectors: ['tock'] });
// @ts-expect-error -- no such name
listen(receiver, 'd', { vectors: ['tock'] });
// @ts-expect-error -- no vector has a name
new Receiver().listen('e', { vectors: ['tick'] });
// @ts-expect-error -- an address is a string
receiver.listen(5);
receiver.on('close', () => {});
// @ts-expect-error -- no arguments
receiver.on('close', (reason: string) => reason);
receiver.off('tick', () => {}).on('interrupt', (vector, name) => {
  exactly<number>()(vector, true);
  exactly<'tick' | 'stop' | undefined>()(name, true);
});
exactly<AsyncGenerator<number, void, undefined>>()(receiver[Symbol.asyncIterator](), true);
using fd = receiver.createFd('tick');
using sender = new Sender(fd);

const opened: Diagnostics['uintr:receiver:open'] = { receiver };
const ended: Diagnostics['uintr:sender:close'] = { sender, disconnected: true };
const names: [SocketType, OnDisconnect, StdioEntry] = ['stream', 'drop', 'ignore'];
const connection: Promise<Connection<'tick'>> = connect('f', { vectors: ['tick'] });

new FdSocket(3);
// @ts-expect-error -- a descriptor is a number
new FdSocket('3');
// @ts-expect-error -- made by createFd()
new VectorFd(0, { fd: 3, close() {} });
export { connection, ended, FdListener, names, opened };
`;

describe('a dependent’s compiler', () => {
  const file = folder();

  it('knows listen and all else, by import and by require', () => {
    const installed = file('node_modules/uintr');
    mkdirSync(installed, { recursive: true });
    cpSync(path.join(ROOT, 'package.json'), path.join(installed, 'package.json'));
    cpSync(path.join(ROOT, 'dist'), path.join(installed, 'dist'), {
      recursive: true,
      filter: (source) => !source.endsWith('.js') && !source.endsWith('.map'),
    });
    for (const name of ['import.mts', 'require.cts']) writeFileSync(file(name), SOURCE);
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        require.resolve('typescript/bin/tsc'),
        ...['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023'],
        ...['--lib', 'es2023,esnext.disposable', '--types', 'node'],
        ...['--typeRoots', path.join(ROOT, 'node_modules/@types')],
        ...['import.mts', 'require.cts'],
      ],
      { cwd: path.dirname(file('import.mts')), encoding: 'utf8' },
    );
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });
});

describe('the declarations', () => {
  it('show nothing that is internal', () => {
    const files = readdirSync(path.join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' });
    const shown = files
      .filter((name) => name.endsWith('.d.ts') && /^(index|core|services|sockets)\b/.test(name))
      .flatMap((name) => {
        const text = readFileSync(path.join(ROOT, 'dist', name), 'utf8');
        const found = text.match(/\bOwnedFd\b|@internal|Not for users|unique symbol|\bNative\w+/g);
        return found === null ? [] : [`${name}: ${found.join()}`];
      });
    assert.deepEqual(shown, []);
  });
});
