/** What is being written in each room, kept while the page lives: going to another page and back loses nothing. */

import { signal, type Signal } from '@preact/signals';

const drafts = new Map<number, Signal<string>>();

/** Of messages that are being changed, by room and place in it. */
export const edits = new Map<string, string>();

export function draftOf(room: number): Signal<string> {
  const known = drafts.get(room) ?? signal('');
  drafts.set(room, known);
  return known;
}

/** Puts the text of a message that was not sent back under the hand of its author, before what they write now. */
export function takeBack(room: number, body: string): void {
  const draft = draftOf(room);
  draft.value = draft.peek() ? `${body}\n${draft.peek()}` : body;
}

export function forgetDrafts(): void {
  drafts.clear();
  edits.clear();
}
