/** Which messages may be changed or appealed by their author, and what an edit makes of one. Pure. */

import type { Sent } from '../wire/room';
import type { Entry } from './log';

/** As docs/protocol.md says of `chat:edit`; a little less, so that nobody is invited and then turned away. */
export const EDIT_WINDOW_MS = 15 * 60_000 - 20_000;

/** How long one's own message may still be changed, in milliseconds; Infinity: until it is decided otherwise. */
export function editableFor(entry: Entry, now: number): number {
  if (entry.voice || entry.edit?.state === 'held') return 0;
  if (entry.state === 'returned') return Infinity;
  if (entry.state !== 'delivered' && entry.state !== 'masked') return 0;
  return Math.max(0, entry.at * 1000 + EDIT_WINDOW_MS - now);
}

/** Whether the author may ask for another look: whatever the others do not read as it was written. */
export const appealable = (entry: Entry): boolean => entry.state !== 'delivered' || entry.edit !== undefined;

/** What one's own message is after the server has answered an edit to `body`. Blocked, it is what it was. */
export function afterEdit(entry: Entry, body: string, answer: Sent & { changed: number }): Entry {
  const state = answer.state ?? 'delivered';
  const { advice: _, edit: __, othersRead: ___, notice: ____, ...kept } = entry;
  const said = answer.notice ? { notice: answer.notice } : {};
  if (state === 'blocked') return entry;
  if (state === 'held' && entry.state !== 'returned') {
    const stays = entry.othersRead === undefined ? {} : { othersRead: entry.othersRead };
    return { ...kept, ...stays, ...said, changed: answer.changed, edit: { state, body } };
  }
  const wasRead = entry.state === 'delivered' || entry.state === 'masked';
  return {
    ...kept,
    ...said,
    changed: answer.changed,
    state,
    body,
    ...(wasRead || entry.edited ? { edited: true } : {}),
    ...(answer.body === undefined ? {} : { othersRead: answer.body }),
  };
}

const PLACEHOLDER = /(\[••• [^\]\n]{1,60}\])/;

/** A masked text cut at the words that stand for what was hidden. */
export function unmasked(text: string): { readonly text: string; readonly hidden: boolean }[] {
  return text
    .split(PLACEHOLDER)
    .map((part, index) => (index % 2 ? { text: part.slice(5, -1), hidden: true } : { text: part, hidden: false }))
    .filter((part) => part.text);
}
