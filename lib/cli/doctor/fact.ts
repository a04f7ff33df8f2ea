// Facts: what the doctor finds out.

/** The part of a fact that is for programs. The value is for people and may be worded anew. */
export type Data = Readonly<Record<string, string | number | boolean | null>>;

/**
 * `note`: it works, but could be better or is worth knowing. `problem`: something does not work.
 */
export type Finding = { readonly value: string; readonly data: Data } & (
  { readonly status: 'ok' } | { readonly status: 'note' | 'problem'; readonly advice: string }
);

export type Fact = { readonly id: string; readonly label: string } & Finding;

export const ok = (value: string, data: Data): Finding => ({ status: 'ok', value, data });

export const note = (value: string, advice: string, data: Data): Finding => ({
  status: 'note',
  value,
  advice,
  data,
});

export const problem = (value: string, advice: string, data: Data): Finding => ({
  status: 'problem',
  value,
  advice,
  data,
});

/** Makes a finding that is as bad as another fact, for the same reason, with the same advice. */
export const followsFrom = (other: Fact, value: string, data: Data): Finding =>
  other.status === 'ok'
    ? ok(value, data)
    : { status: other.status, value, advice: other.advice, data };

export const REPORT_IT = 'Please report this, with the output of `uintr doctor --json`.';

/**
 * Makes a fact of a look at the machine. A look that throws is a finding, too: the doctor must not
 * fail.
 */
export function fact(id: string, label: string, look: () => Finding): Fact {
  try {
    return { id, label, ...look() };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const advice = `"${label}" could not be looked at. Is /proc mounted? If so: ${REPORT_IT}`;
    return { id, label, ...note(`unknown: ${why}`, advice, {}) };
  }
}
