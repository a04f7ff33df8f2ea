import { afterEach, beforeEach } from 'mocha';

// Open objects of all test files: a test that failed early may open one after its end.
const open: Disposable[] = [];

function closeAll(): void {
  for (const resource of open.splice(0).reverse()) resource[Symbol.dispose]();
}

/** Closes what a test opened after it, whether or not it passed. Call it inside `describe`. */
export function closing(): <T extends Disposable>(resource: T) => T {
  beforeEach(closeAll);
  afterEach(closeAll);
  return (resource) => {
    open.push(resource);
    return resource;
  };
}
