/** Which cases wait for whom, in which order, and how long is left: pure, so that the strip, the lists and the board agree. */

import type { Role } from '../wire/account';
import type { Case } from '../wire/case';

export const CRITICAL = 4;
export const NEAR_MS = 2 * 60_000;

/** It waits for somebody by a deadline, and the reader was called, or has it. */
export const waitsFor = (one: Case, account: string | undefined): boolean =>
  one.can_acknowledge && one.due_at !== undefined && (one.paged || (account !== undefined && one.owner?.id === account));

/** As the server lists them: what waits by its deadline, then the most severe, then the oldest. */
export const byDeadline = (cases: Iterable<Case>): Case[] =>
  [...cases].sort(
    (a, b) =>
      Number(b.state === 'open') - Number(a.state === 'open') ||
      compared(wanted(a), wanted(b)) ||
      b.severity - a.severity ||
      compared(a.opened_at, b.opened_at) ||
      compared(a.id, b.id),
  );

/** By when somebody is to take it; of who has it already, the deadline is past, and orders nothing. */
const wanted = ({ state, due_at }: Case): string => (state === 'open' ? (due_at ?? '~') : '~');

/** By code units: no language puts instants in another order. */
const compared = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** Whether something became of a case since: somebody acted, or a page went out. */
export const later = (one: Case, than: Case): boolean =>
  one.revision > than.revision || (one.revision === than.revision && one.pages > than.pages);

/** Of two cards of one case `arriving` counts, unless it is older than what is known. */
export const newer = (known: Case | undefined, arriving: Case): Case => (known && later(known, arriving) ? known : arriving);

/** What goes on, after a fetch during which `news` came: no order of the two loses a case, or brings a closed one back. */
export function merged(fetched: readonly Case[], news: ReadonlyMap<string, Case>): ReadonlyMap<string, Case> {
  const cases = new Map<string, Case>();
  for (const one of [...fetched, ...news.values()]) cases.set(one.id, newer(cases.get(one.id), one));
  for (const [id, { state }] of cases) if (state === 'closed') cases.delete(id);
  return cases;
}

export interface Filter {
  /** Mine: who has it; waiting: nobody has said yet that they look after it. */
  which: 'all' | 'mine' | 'waiting';
  /** This severe at least. */
  severity: number;
}

export const passes = (one: Case, { which, severity }: Filter, account: string): boolean =>
  one.severity >= severity && (which === 'all' || (which === 'mine' ? one.owner?.id === account : one.state === 'open'));

/** As what somebody of this role can be in a case, as the server has it. */
export const partsFor = (role: Role | undefined): readonly AddedPart[] =>
  role === undefined ? [] : role === 'mentee' ? ['young', 'reported', 'witness'] : role === 'supervisor' ? ['professional', 'reported', 'witness'] : ['witness', 'reported'];

export type AddedPart = 'professional' | 'reported' | 'witness' | 'young';

export type Standing = 'none' | 'time' | 'near' | 'late';

/** How a deadline stands at `now`, and how many milliseconds it is away. A case that somebody has knows none. */
export function deadline(one: Pick<Case, 'state' | 'due_at'>, now: number): { standing: Standing; ms: number } {
  if (one.state !== 'open' || one.due_at === undefined) return { standing: 'none', ms: 0 };
  const ms = Date.parse(one.due_at) - now;
  return { standing: ms < 0 ? 'late' : ms < NEAR_MS ? 'near' : 'time', ms: Math.abs(ms) };
}

/** Which page of a case rings: the next one rings anew, although this one was silenced. */
export const pageOf = (one: Case): string => `${one.id}:${one.round}:${one.pages}`;

/** Those of what waits for the reader that ring: critical, and not silenced. */
export const ringing = (waiting: readonly Case[], silenced: ReadonlySet<string>): Case[] =>
  waiting.filter((one) => one.severity >= CRITICAL && one.pages > 0 && !silenced.has(pageOf(one)));
