/** The messages of a room as they are laid out: days, runs of one author, and what was not sent yet. Pure. */

import type { Waiting } from '../outbox/rules';
import type { Mark } from '../wire/room';
import type { Entry, Log } from './log';

const RUN_SECONDS = 300; // messages of one author within five minutes stand under one name

export type Item =
  | { kind: 'day'; key: string; at: Date }
  | { kind: 'message'; key: string; entry: Entry; mine: boolean; first: boolean; last: boolean }
  | { kind: 'waiting'; key: string; item: Waiting };

export function timeline(log: Log, mySeat: number | null, waiting: readonly Waiting[]): Item[] {
  const items: Item[] = [];
  const entries = log.entries;
  entries.forEach((entry, index) => {
    const before = entries[index - 1];
    const after = entries[index + 1];
    if (!before || dayOf(before) !== dayOf(entry)) items.push({ kind: 'day', key: `day ${dayOf(entry)} ${entry.seq}`, at: new Date(entry.at * 1000) });
    items.push({
      kind: 'message',
      key: `m${entry.seq}`,
      entry,
      mine: entry.seat === mySeat,
      first: !before || !sameRun(before, entry),
      last: !after || !sameRun(entry, after),
    });
  });
  const known = new Set(entries.map((entry) => entry.id).filter(Boolean));
  for (const item of waiting) if (!known.has(item.id)) items.push({ kind: 'waiting', key: item.id, item });
  return items;
}

export type Reach = 'sent' | 'delivered' | 'seen';

/** How far a message of one's own got with those it is for. */
export function reach(entry: Entry, marks: readonly Mark[]): Reach {
  if (marks.some((mark) => mark.seen >= entry.changed)) return 'seen';
  return marks.some((mark) => mark.delivered >= entry.changed) ? 'delivered' : 'sent';
}

const dayOf = (entry: Entry): string => new Date(entry.at * 1000).toDateString();

const sameRun = (one: Entry, other: Entry): boolean =>
  one.seat === other.seat && Math.abs(other.at - one.at) < RUN_SECONDS && dayOf(one) === dayOf(other);
