/**
 * The help card that this device keeps: the lines of its organisation, also before sign-in and after sign-out; and, until
 * sign-out, who answers for the person.
 */

import { effect, signal } from '@preact/signals';
import { me } from '../session/session';
import { recall, remember } from '../shell/memory';
import type { Card, Professional } from '../wire/help';
import { http } from '../wire/http';
import { link } from '../wire/link';

type Ours = Omit<Card, 'professionals' | 'age'>;

interface Mine {
  account: string;
  professionals: readonly Professional[];
  age?: number;
}

const STALE_MS = 6 * 3_600_000;
const CALM_MS = 8_000; // after sign-in: the page itself comes first
const OURS = 'help_lines';
const MINE = 'help_mine';

/** Null on a device on which nobody has signed in yet: then what is shipped counts. */
export const ours = signal<Ours | null>(read(OURS));
export const mine = signal<Mine | null>(read(MINE));

let askedAt = 0;
let calm: ReturnType<typeof setTimeout> | undefined;

/** Asks for it anew, where it may have changed. Without an answer the one that is here stays. */
export async function refreshCard(stale = STALE_MS): Promise<void> {
  const account = me.peek()?.account.id;
  if (!account || Date.now() - askedAt < stale) return;
  const before = askedAt;
  askedAt = Date.now();
  try {
    const { professionals, age, ...lines } = await http<Card>('GET', 'help/card');
    if (me.peek()?.account.id !== account) return;
    ours.value = lines;
    mine.value = { account, professionals, ...(age === undefined ? {} : { age }) };
    remember(OURS, JSON.stringify(ours.value));
    remember(MINE, JSON.stringify(mine.value));
  } catch {
    askedAt = before;
  }
}

effect(() => {
  const now = me.value;
  clearTimeout(calm);
  if (now === null || (now && mine.peek() && mine.peek()?.account !== now.account.id)) {
    mine.value = null;
    askedAt = 0;
    remember(MINE, null);
  }
  if (now && link.value === 'online') calm = setTimeout(() => void refreshCard(), CALM_MS);
});

function read<T>(name: string): T | null {
  try {
    return JSON.parse(recall(name) ?? 'null') as T | null;
  } catch {
    return null;
  }
}
