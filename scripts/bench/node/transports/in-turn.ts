interface Bell {
  send(): void;
}

/** Rings one after the other, for fan-in; the only one by itself. */
export function inTurn(bells: readonly Bell[]): Bell {
  const [only] = bells;
  if (only !== undefined && bells.length === 1) return only;
  let next = 0;
  return {
    send() {
      bells[next]?.send();
      next = (next + 1) % bells.length;
    },
  };
}
