/**
 * The log of one room as this page knows it: a pure function of what arrived. Whatever the order, the doubles and the
 * holes, once the holes are asked for it equals what a fresh fetch would give (docs/protocol.md, "Messages").
 */

import type { CompactMessage, MessageState } from '../wire/room';

export interface Entry {
  /** The place in the room, for ever. */
  readonly seq: number;
  /** The number of its last change; `seq` as long as there was none. */
  readonly changed: number;
  readonly seat: number;
  /** Seconds since 1970. */
  readonly at: number;
  readonly body: string;
  /** `body` names a voice note. */
  readonly voice?: true;
  readonly state: MessageState;
  /** Short form; only for messages of one's own. */
  readonly id?: string;
  /** What the others read instead of `body`, when the server said so. */
  readonly othersRead?: string;
  /** Others have read another text before. */
  readonly edited?: true;
  /** Words of the professional who returned it; for its author and professionals. */
  readonly advice?: string;
  /** A newer text that others do not read; for its author and professionals. */
  readonly edit?: { readonly state: MessageState; readonly body: string };
  /** The code of the kind word that one's own message was answered with. */
  readonly notice?: string;
}

export interface Log {
  /** In order of `seq`, without holes from `floor` on. */
  readonly entries: readonly Entry[];
  /** All changes up to this number are known. Null before the first word from the server. */
  readonly cursor: number | null;
  /** Numbers of changes that came while an earlier one was missing. Not empty: ask for what follows the cursor. */
  readonly ahead: readonly number[];
  /** Messages before this place are not loaded; a change to one of them waits for its page. 0: all are loaded. */
  readonly floor: number;
}

export const emptyLog: Log = { entries: [], cursor: null, ahead: [], floor: 0 };

const STATES: readonly MessageState[] = ['delivered', 'masked', 'held', 'blocked', 'refused', 'returned'];

export function entryOf([seq, seat, at, body, state, changed, id, kind, edited, advice, edit]: CompactMessage): Entry {
  return {
    seq,
    changed: changed || seq,
    seat,
    at,
    body,
    state: STATES[state ?? 0] ?? 'delivered',
    ...(id ? { id } : {}),
    ...(kind ? { voice: true } : {}),
    ...(edited ? { edited: true } : {}),
    ...(advice ? { advice } : {}),
    ...(edit ? { edit: { state: STATES[edit[0]] ?? 'held', body: edit[1] } } : {}),
  };
}

/** What the room looked like at `upto`, from scratch: the newest messages; `older` says that others come before. */
export function snapshot(log: Log, entries: readonly Entry[], upto: number, older: boolean): Log {
  const floor = older ? (entries[0]?.seq ?? upto + 1) : 0;
  const later = log.entries.filter((entry) => entry.changed > upto && entry.seq >= floor);
  return settle({ entries: merge(entries, later), cursor: upto, ahead: log.ahead, floor });
}

/** All changes after the cursor, up to and with `upto`. */
export function changes(log: Log, entries: readonly Entry[], upto: number): Log {
  const shown = entries.filter((entry) => entry.seq >= log.floor);
  return settle({ ...log, entries: merge(log.entries, shown), cursor: Math.max(log.cursor ?? 0, upto) });
}

/** One change as it happens: a message of somebody, a decision on a held one, the acknowledgement of one's own. */
export function live(log: Log, entry: Entry): Log {
  const entries = entry.seq >= log.floor ? merge(log.entries, [entry]) : log.entries;
  const known = log.cursor !== null && entry.changed <= log.cursor;
  const ahead = known || log.ahead.includes(entry.changed) ? log.ahead : [...log.ahead, entry.changed];
  return settle({ ...log, entries, ahead });
}

/** A page of older messages, as asked with `before: floor`. */
export function page(log: Log, entries: readonly Entry[], more: boolean): Log {
  const floor = more && entries.length > 0 ? Math.min(...entries.map((entry) => entry.seq)) : 0;
  return { ...log, entries: merge(log.entries, entries), floor };
}

export const hasGap = (log: Log): boolean => log.cursor !== null && log.ahead.length > 0;

function settle(log: Log): Log {
  if (log.cursor === null || log.ahead.length === 0) return log;
  let cursor = log.cursor;
  const waiting = new Set(log.ahead.filter((changed) => changed > cursor));
  while (waiting.delete(cursor + 1)) cursor += 1;
  return { ...log, cursor, ahead: [...waiting] };
}

/** The later change of each message wins; an equal one adds what the server did not repeat. */
function merge(entries: readonly Entry[], arriving: readonly Entry[]): readonly Entry[] {
  if (arriving.length === 0) return entries;
  const merged = [...entries];
  for (const entry of arriving) {
    let at = merged.length;
    while (at > 0 && merged[at - 1]!.seq >= entry.seq) at -= 1;
    const held = merged[at];
    if (held?.seq !== entry.seq) merged.splice(at, 0, entry);
    else if (entry.changed >= held.changed) merged[at] = { ...carried(held, entry), ...entry };
  }
  return merged;
}

/** What was said of the same text in the same state still holds of it. */
function carried(held: Entry, { state, body }: Entry): Partial<Entry> {
  const same = held.state === state && held.body === body;
  return {
    ...(held.id ? { id: held.id } : {}),
    ...(held.othersRead !== undefined && state === 'masked' && same ? { othersRead: held.othersRead } : {}),
    ...(held.notice && same ? { notice: held.notice } : {}),
  };
}
