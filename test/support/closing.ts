import { afterEach, beforeEach } from 'mocha';

// Of all files: a test that failed early may open something after its end, and a thread has one
// receiver only.
const open: Disposable[] = [];

function closeAll(): void {
  for (const resource of open.splice(0).reverse()) resource[Symbol.dispose]();
}

/** Closes what a test opened once it is over, however it ended: call it inside `describe`. */
export function closing(): <T extends Disposable>(resource: T) => T {
  beforeEach(closeAll);
  afterEach(closeAll);
  return (resource) => {
    open.push(resource);
    return resource;
  };
}
