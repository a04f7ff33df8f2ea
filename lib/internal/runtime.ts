/** Tells the runtimes in which the addon must not even be loaded. */

import process from 'node:process';

const NEEDS_LIBUV = 'uintr needs the event loop of Node.js (libuv)';

/** Returns why this runtime has no backend; undefined where the addon may be tried. */
export function unsupportedRuntime(): string | undefined {
  if (process.platform !== 'linux') return `uintr needs Linux; this is ${process.platform}`;
  // Both take libuv's version for their own, so only the name tells. Deno ends the process when a
  // function of libuv is missing, Bun aborts in it.
  const { versions } = process;
  for (const [name, version] of [
    ['Bun', versions['bun']],
    ['Deno', versions['deno']],
  ]) {
    if (version !== undefined) return `${NEEDS_LIBUV}; this is ${name} ${version}`;
  }
  // Electron's processes poll libuv's descriptor by themselves, and sleep where a sender sees a
  // receiver that is awake. process.type is undefined in plain Node.js (ELECTRON_RUN_AS_NODE), and in
  // its worker threads.
  const { type } = process as { readonly type?: string };
  if (versions['electron'] !== undefined && type !== undefined) {
    return `${NEEDS_LIBUV} to itself; Electron's ${type} process runs another around it. Use a worker thread or a child process with ELECTRON_RUN_AS_NODE=1`;
  }
  return undefined;
}
