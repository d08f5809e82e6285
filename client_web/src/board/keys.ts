/** The single-key shortcuts of the board: which key does what, and when none does anything. Pure. */

export type KeyAct = 'next' | 'before' | 'open' | 'take' | 'help';

export const KEYS: readonly (readonly [act: KeyAct, keys: readonly string[]])[] = [
  ['next', ['j', 'ArrowDown']],
  ['before', ['k', 'ArrowUp']],
  ['open', ['Enter']],
  ['take', ['a']],
  ['help', ['?']],
];

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

/**
 * What a key asks for; null: nothing of ours. `writing`: the focus is where text is written or chosen, or in a window
 * above the board. `onCard`: it is on a card itself, where Enter and the arrows are the board's. Elsewhere they belong to
 * what has the focus, and to the page. When `on` is false, no letter does anything (WCAG 2.1.4).
 */
export function actOf({ key, ctrlKey, metaKey, altKey, repeat }: Pressed, { on, writing, onCard }: { on: boolean; writing: boolean; onCard: boolean }): KeyAct | null {
  if (writing || ctrlKey || metaKey || altKey) return null;
  const act = KEYS.find(([, keys]) => keys.includes(key))?.[0] ?? null;
  if (act === null) return null;
  const single = key.length === 1;
  if (single && !on) return null;
  if (!single && !onCard) return null;
  return act === 'take' && repeat ? null : act;
}

/** The place to go from `here` (-1: from none) among `count`: it stops at both ends. */
export const step = (here: number, act: 'next' | 'before', count: number): number =>
  Math.min(count - 1, Math.max(0, here + (act === 'next' ? 1 : here < 0 ? 1 : -1)));
