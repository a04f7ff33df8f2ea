// Facts about the platform, Node.js, the C library and the CPU.

import os from 'node:os';
import { type Examination, told } from '../examine.js';
import { type Fact, fact, note, ok, problem } from '../fact.js';

const OLDEST_NODE = 20;

export const NEEDS_LINUX =
  'uintr serves on Linux, x86-64 and arm64. Elsewhere it loads, and its constructors throw ' +
  'ERR_UINTR_UNSUPPORTED_PLATFORM: catch that, or ask capabilities() first.';

export const isLinux = (): boolean => process.platform === 'linux';

export function machineFacts(examination: Examination): Fact[] {
  return [
    fact('platform', 'Platform', () => {
      const { platform, arch } = process;
      const value = `${platform}-${arch}, kernel ${os.release()}`;
      const data = { platform, arch, release: os.release() };
      if (!isLinux()) return problem(value, NEEDS_LINUX, data);
      return ['x64', 'arm64'].includes(arch) ? ok(value, data) : note(value, NEEDS_LINUX, data);
    }),
    fact('node', 'Node.js', () => {
      const { node } = process.versions;
      const advice = `uintr needs Node ${OLDEST_NODE} or later.`;
      const data = { version: node };
      return Number.parseInt(node) < OLDEST_NODE ? problem(node, advice, data) : ok(node, data);
    }),
    ...(isLinux() ? [fact('libc', 'C library', libc)] : []),
    fact('cpu', 'CPU', () => {
      const model = os.cpus()[0]?.model.trim() ?? 'unknown';
      const waitpkg = told(examination, 'capabilities')[0]?.capabilities.cpu.waitpkg ?? null;
      return ok(waitpkg === true ? `${model}, with waitpkg` : model, { model, waitpkg });
    }),
  ];
}

/** Node's own report names the version of glibc; with musl it names none. */
function libc(): ReturnType<typeof ok> {
  const { header } = process.report.getReport() as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  const version = header.glibcVersionRuntime;
  return version === undefined
    ? ok('musl', { family: 'musl', version: null })
    : ok(`glibc ${version}`, { family: 'glibc', version });
}
