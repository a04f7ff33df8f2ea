/** Whether the process that listens at an address may be taken for the service that was meant. */

import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Deadline } from '../internal/deadline.js';
import { UintrError } from '../internal/errors.js';
import type { Credentials } from '../sockets/fd-socket-options.js';
import type { FdSocket } from '../sockets/fd-socket.js';
import type { ConnectOptions } from './connect-options.js';
import type { Peer } from './listen-options.js';

type Authorize = ConnectOptions<string>['authorize'];

const ROOT_UID = 0;
/** Stands for every uid that the user namespace does not know (user_namespaces(7)). */
const OVERFLOW_UID = 65_534;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
/** How many symbolic links one look-up follows: path_resolution(7). */
const MAX_LINKS = 40;

const untrusted = (why: string, cause?: unknown): UintrError =>
  new UintrError('ERR_UINTR_UNTRUSTED_SERVICE', why, undefined, undefined, cause);

/**
 * Resolves with the process that listens, if it may be trusted: `authorize` says so, or without one
 * the rule of `whyUntrusted()`.
 *
 * @throws {UintrError} `ERR_UINTR_UNTRUSTED_SERVICE`, or the deadline's error.
 */
export async function trustedPeer(
  socket: FdSocket,
  address: string,
  authorize: Authorize,
  deadline: Deadline,
): Promise<Credentials> {
  const { peer } = socket;
  if (authorize === undefined) {
    const why = whyUntrusted(address, peer.uid);
    if (why !== undefined) {
      throw untrusted(`uid ${peer.uid}, neither ours nor root, listens there, and ${why}`);
    }
    return peer;
  }
  const decision = decide(authorize, { ...peer, pidFd: () => socket.peerPidFd() });
  if (await deadline.waitFor(decision)) return peer;
  throw untrusted(`authorize does not take the process of uid ${peer.uid} for the service`);
}

async function decide(authorize: NonNullable<Authorize>, peer: Peer): Promise<boolean> {
  try {
    // JavaScript authors may forget to return a boolean: anything except for true refuses.
    return ((await authorize(peer)) as unknown) === true;
  } catch (cause) {
    throw untrusted('authorize failed to decide', cause);
  }
}

/**
 * Returns why a service of that uid must not be trusted at that address; undefined if it may be.
 *
 * Our own uid and root are trusted everywhere. Another uid is trusted where nobody but it, root and
 * we can have put the socket file: no folder on the way to the file is writable by others. A sticky
 * folder is no exception for the file, for anybody can be the first to make it, but for a folder of
 * root's or ours in it, which others can neither make nor move.
 */
function whyUntrusted(address: string, uid: number): string | undefined {
  const known = uid !== OVERFLOW_UID || seesAllUids();
  const isOurs = (owner: number): boolean =>
    owner === ROOT_UID || (owner === process.geteuid?.() && (owner !== OVERFLOW_UID || known));
  if (isOurs(uid)) return undefined;
  if (address.startsWith('\0')) return 'anybody can take an abstract name';
  const isWriter = (owner: number): boolean => isOurs(owner) || (known && owner === uid);
  let folder: string | undefined;
  try {
    folder = exposedFolder(address, isWriter, isOurs);
  } catch (error) {
    // The listener has gone meanwhile: that is for the next attempt.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new UintrError('ENOENT', `the file ${address} is gone`, undefined, undefined, error);
    }
    return `who else can write there is not known (${String(error)})`;
  }
  if (folder !== undefined) return `others can write to ${folder}`;
  return undefined;
}

/** Returns the first folder on the way to a file in which others can replace what is looked up. */
function exposedFolder(
  file: string,
  isWriter: (uid: number) => boolean,
  isOurs: (uid: number) => boolean,
): string | undefined {
  const keeps = (folder: Stats, entry: Stats): boolean =>
    isWriter(folder.uid) &&
    ((folder.mode & WRITABLE_BY_OTHERS) === 0 ||
      // A link or a socket is not safe there: others could link(2) an old one of ours.
      ((folder.mode & STICKY) !== 0 && entry.isDirectory() && isOurs(entry.uid)));
  // getcwd(3) gives a path without symbolic links.
  const whole = path.isAbsolute(file) ? file : `${process.cwd()}/${file}`;
  const left = whole.split('/').reverse();
  let folder = '/';
  let links = 0;
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      folder = path.dirname(folder); // `folder` has no symbolic links
      continue;
    }
    const entryPath = path.join(folder, name);
    const entry = lstatSync(entryPath);
    if (!keeps(lstatSync(folder), entry)) return folder;
    if (!entry.isSymbolicLink()) {
      folder = entryPath;
      continue;
    }
    if (++links > MAX_LINKS) return folder;
    const target = readlinkSync(entryPath);
    if (path.isAbsolute(target)) folder = '/';
    left.push(...target.split('/').reverse());
  }
  return undefined;
}

/** Tells whether no two users look the same: false in a user namespace, and without /proc. */
function seesAllUids(): boolean {
  try {
    return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));
  } catch {
    return false;
  }
}
