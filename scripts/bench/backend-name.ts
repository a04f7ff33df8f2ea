import type { Backend } from 'uintr';

/** Something of ours on one backend; that it is software, which is everywhere, goes without saying. */
export function nameOn(backend: Backend, name: string): string {
  return backend === 'software' ? name : `${name} (${backend})`;
}
