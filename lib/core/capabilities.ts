import os from 'node:os';
import process from 'node:process';
import { invalidValue } from '../internal/arguments.js';
import { type Backend, binding, loadFailure } from '../internal/binding.js';
import { UintrError } from '../internal/errors.js';

export type { Backend };

/** What `capabilities()` returns: the facts about this machine that decide which backend works. */
export interface Capabilities {
  /** What `auto` picks here; null on a platform without support. */
  readonly backend: Backend | null;
  /** Why, in one sentence. */
  readonly reason: string;
  /** The addon was compiled with the hardware backend. */
  readonly compiled: boolean;
  /** What the CPU says of itself (CPUID). All false on a platform without support. */
  readonly cpu: {
    /** The CPU has user interrupts (CPUID.7.0:EDX[5]). The kernel has to enable them as well. */
    readonly uintr: boolean;
    /** The CPU has UMWAIT and TPAUSE (CPUID.7.0:ECX[5]). */
    readonly waitpkg: boolean;
  };
  /** What the running kernel offers. */
  readonly kernel: {
    /** The kernel's release, such as `6.8.0`: uname(2). */
    readonly release: string;
    /** User interrupts are enabled (CR4.UINTR): TESTUI does not fault. */
    readonly uintr: boolean;
    /** The UINTR system calls that the kernel has. */
    readonly abi: 'rfc-v1' | 'uintr-next' | null;
    /** Interrupts sent on trial arrived; null when it did not come to that. */
    readonly selfTest: boolean | null;
    /** `waitSync` sleeps on several vectors at once by futex_waitv(2); otherwise on eventfds. */
    readonly futexWaitv: boolean;
    /** Holders of a vector fd cannot write the state page (F_SEAL_FUTURE_WRITE). */
    readonly sealFutureWrite: boolean;
  };
}

/**
 * Says what this machine offers, and which backend `auto` picks here. Never throws. Detects once per
 * process: executes TESTUI, and where that does not fault, asks for the system calls and tries two
 * interrupts, for each of which it waits at most 50 ms. The environment variable `UINTR_BACKEND` has no influence.
 */
export function capabilities(): Capabilities {
  const release = os.release();
  if (loadFailure !== undefined) {
    return {
      backend: null,
      reason: loadFailure.message,
      compiled: false,
      cpu: { uintr: false, waitpkg: false },
      kernel: {
        release,
        uintr: false,
        abi: null,
        selfTest: null,
        futexWaitv: false,
        sealFutureWrite: false,
      },
    };
  }
  const facts = binding().capabilities();
  return {
    backend: facts.backend,
    reason: facts.reason,
    compiled: facts.compiled,
    cpu: { uintr: facts.uintr, waitpkg: facts.waitpkg },
    kernel: {
      release,
      uintr: facts.enabled,
      abi: facts.abi,
      selfTest: facts.selfTest,
      futexWaitv: facts.futexWaitv,
      sealFutureWrite: facts.sealFutureWrite,
    },
  };
}

/**
 * The backend to open a receiver with. `auto` takes hardware where the self-test has passed, and
 * software everywhere else. `hardware` throws `ERR_UINTR_NO_HARDWARE` where it does not work.
 */
export type BackendChoice = 'auto' | Backend;

const CHOICES: readonly BackendChoice[] = ['auto', 'hardware', 'software'];

const isChoice = (value: unknown): value is BackendChoice => CHOICES.some((c) => c === value);

/** The backend for a receiver: the option, unless that is `auto` and UINTR_BACKEND overrides it. */
export function chooseBackend(option: unknown): Backend {
  if (!isChoice(option))
    throw invalidValue('options.backend', `one of ${CHOICES.join(', ')}`, option);
  const variable = process.env['UINTR_BACKEND'];
  const environment = variable === undefined || variable === '' ? 'auto' : variable;
  if (!isChoice(environment)) {
    throw invalidValue('UINTR_BACKEND', `one of ${CHOICES.join(', ')}`, environment);
  }
  const choice = option === 'auto' ? environment : option;
  if (choice === 'software') return choice;
  const { backend, reason } = capabilities();
  if (choice === 'hardware' && backend !== 'hardware') {
    throw new UintrError(
      'ERR_UINTR_NO_HARDWARE',
      `the hardware backend is not available: ${reason}`,
    );
  }
  return backend ?? 'software';
}
