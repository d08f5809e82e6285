/** What somebody is about to report: kept while the page lives and nowhere else, since others may use the device. */

import { effect, signal, type Signal } from '@preact/signals';
import { me } from '../session/session';
import { newId } from '../wire/ids';
import type { ReportKind } from '../wire/reports';

export interface Draft {
  /** The same until it went through: sent twice, it is one report. */
  id: string;
  kind: ReportKind | null;
  words: string;
  /** Whom it is about, where that is chosen; none is somebody else. */
  person: string;
  /** What was said about contact; null: nothing, so that the kind decides. */
  stop: boolean | null;
}

export const blank = (person = ''): Draft => ({ id: newId(), kind: null, words: '', person, stop: null });

const drafts = new Map<string, Signal<Draft>>();

/** What is being written about `place`: a message, a person, or a worry. */
export function draftOf(place: string, person: string): Signal<Draft> {
  const known = drafts.get(place) ?? signal(blank(person));
  drafts.set(place, known);
  return known;
}

export const forgetDraft = (place: string): void => void drafts.delete(place);

let owner: string | undefined;
effect(() => {
  const account = me.value?.account.id;
  if (account !== owner) drafts.clear();
  owner = account;
});
