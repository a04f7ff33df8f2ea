import { AsyncLocalStorage } from 'node:async_hooks';

/** Of the addon: what it returns calls `onInterrupt` in a callback scope (native/js_callbacks.h). */
export type CallbackInScope = (options: { self: object; onInterrupt: () => void }) => () => void;

/**
 * Whether `napi_open_callback_scope` restores the stores of AsyncLocalStorage. With those of Node.js
 * up to 22 it does; since 24 they are in an AsyncContextFrame, which `napi_make_callback` restores
 * and this does not. Found out by trying, because flags have either way in either version
 * (`--experimental-async-context-frame` in 22, `--no-async-context-frame` in 24).
 */
export function scopesKeepContext(callbackInScope: CallbackInScope): boolean {
  const storage = new AsyncLocalStorage<boolean>();
  let kept = false;
  const call = storage.run(true, () =>
    callbackInScope({
      self: {},
      onInterrupt: () => {
        kept = storage.getStore() === true;
      },
    }),
  );
  call();
  storage.disable(); // up to Node.js 22 one that is enabled slows every promise down
  return kept;
}
