/** The cases that go on, for staff: what the strip, the title, the lists and the board show, and what rings. */

import { computed, effect, signal } from '@preact/signals';
import { isStaff, me } from '../session/session';
import { alsoWaiting } from '../shell/title';
import type { Case, CaseList } from '../wire/case';
import { http } from '../wire/http';
import { on, onOnline } from '../wire/link';
import { CRITICAL, merged, newer, waitsFor } from './rules';

export const living = signal<ReadonlyMap<string, Case>>(new Map());
/** Whether they were ever had: before, an empty list says nothing. */
export const hadCases = signal(false);
export const waitingCases = computed(() => [...living.value.values()].filter((one) => waitsFor(one, me.value?.account.id)));

/** What arrived since the latest load began. */
let news = new Map<string, Case>();

export async function loadCases(): Promise<void> {
  if (!isStaff.peek()) return;
  const since = (news = new Map<string, Case>());
  try {
    const { cases } = await http<CaseList>('GET', 'cases');
    if (since !== news) return; // a later load is under way, or somebody else signed in
    living.value = merged(cases, since);
    hadCases.value = true;
  } catch {
    // Without an answer all stays as it was; the page says that it is offline.
  }
}

/** What the server says of a case, by itself or as an answer. */
export function takeCase(one: Case): void {
  news.set(one.id, newer(news.get(one.id), one));
  living.value = merged([...living.peek().values()], new Map([[one.id, one]]));
}

on('case:changed', takeCase);
onOnline(() => void loadCases());

let owner: string | undefined;
effect(() => {
  const account = me.value?.account.id;
  if (account === owner) return;
  owner = account;
  news = new Map();
  living.value = new Map(); // of the person before: nothing of it stays
  hadCases.value = false;
});

effect(() => {
  alsoWaiting.value = waitingCases.value.length;
});

effect(() => {
  if (waitingCases.value.some(({ severity }) => severity >= CRITICAL)) void import('../parts/alarm').catch(() => undefined);
});
