// Facts about seccomp filters and containers, which may keep this process from a system call.
// Whether they do so is seen in the trial (trial.ts).

import { existsSync, readFileSync } from 'node:fs';
import { type Fact, fact, type Finding, ok } from '../fact.js';

export function confinementFacts(): Fact[] {
  return [fact('seccomp', 'seccomp', seccomp), fact('container', 'Container', container)];
}

const MODES = ['none', 'strict', 'filter'] as const; // proc(5), /proc/PID/status

function seccomp(): Finding {
  const status = readFileSync('/proc/self/status', 'utf8');
  const numberOf = (name: string): number | undefined => {
    const text = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const mode = MODES[numberOf('Seccomp') ?? 0] ?? 'unknown';
  const noNewPrivs = numberOf('NoNewPrivs') === 1;
  const value =
    (mode === 'filter' ? 'a filter: the trial says whether it lets us' : mode) +
    (noNewPrivs ? ', no new privileges' : '');
  return ok(value, { mode, noNewPrivs });
}

/** Looks for marks that container runtimes leave. They are conventions, not promises. */
function container(): Finding {
  const variable = process.env['container'];
  const group = /docker|containerd|kubepods|libpod|lxc/.exec(groups())?.[0];
  const signs: readonly (readonly [sign: string, kind: string | undefined])[] = [
    ['/.dockerenv', existsSync('/.dockerenv') ? 'docker' : undefined],
    ['/run/.containerenv', existsSync('/run/.containerenv') ? 'podman' : undefined],
    ['$container', variable === '' ? undefined : variable], // systemd's container interface
    [
      '$KUBERNETES_SERVICE_HOST',
      process.env['KUBERNETES_SERVICE_HOST'] === undefined ? undefined : 'kubernetes',
    ],
    ['/proc/self/cgroup', group],
  ];
  const seen = signs.filter(([, kind]) => kind !== undefined);
  const kinds = [...new Set(seen.map(([, kind]) => kind))].join(', ');
  return seen.length === 0
    ? ok('no sign of one', { kind: null })
    : ok(`${kinds} (${seen.map(([sign]) => sign).join(', ')})`, { kind: kinds });
}

function groups(): string {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8');
  } catch {
    return '';
  }
}
