/** What an author does about a message of their own: change it, or ask for another look. Its code comes when it is asked
 * for, or with the first message that did not simply arrive. */

import { effect, signal } from '@preact/signals';
import { me } from '../session/session';
import { dressed } from '../shell/dress';
import { recall, remember } from '../shell/memory';
import { ask } from '../wire/link';
import type { AppealState } from '../wire/room';
import { placeOf, withAppeal, type Appeals } from './appeals';

type Mend = typeof import('../parts/mend');

/** The address of `styles/mend.css`, which the bundler names by its content. */
declare const MEND_STYLES: string;

const AGAIN_MS = 10_000;

export const mend = signal<Mend | null>(null);
/** The message that is being changed or appealed, and how. */
export const mending = signal<{ room: number; seq: number; act: 'edit' | 'appeal' } | null>(null);
/** Its code could not be fetched: there is no network. */
export const unfetched = signal(false);

async function fetchMend(): Promise<void> {
  mend.value ??= await dressed(import('../parts/mend'), MEND_STYLES);
}

export function fetchMendAhead(): void {
  if (!mend.peek()) void fetchMend().catch(() => setTimeout(fetchMendAhead, AGAIN_MS));
}

export async function beginMending(room: number, seq: number, act: 'edit' | 'appeal'): Promise<void> {
  mending.value = { room, seq, act };
  unfetched.value = false;
  try {
    await fetchMend();
  } catch {
    unfetched.value = true;
  }
}

/** One's own appeals, also those of other devices. Remembered without a network: numbers only, no words. */
const appeals = signal<Appeals>({});
const PLACE = 'appeals.';

export const appealOf = (room: number, seq: number): AppealState | undefined => appeals.value[placeOf(room, seq)];

/** The server has told how the appeal of this message stands. */
export function appealHeard(room: number, seq: number, state: AppealState): void {
  appeals.value = withAppeal(appeals.peek(), room, seq, state);
  const account = me.peek()?.account.id;
  if (account) remember(PLACE + account, JSON.stringify(appeals.value));
}

/** Asks for another look, or again how it stands: the server answers both alike. Throws a Refusal. */
export async function askAppeal(room: number, seq: number, words?: string): Promise<void> {
  appealHeard(room, seq, await ask('chat:appeal', { room, seq, ...(words ? { words } : {}) }));
}

let owner: string | undefined;
effect(() => {
  const account = me.value?.account.id;
  if (account === owner) return; // the first page was only fetched anew
  const first = owner === undefined; // then what is known already was told of this account, with the first page
  owner = account;
  mending.value = null;
  let recalled: Appeals = {};
  try {
    recalled = JSON.parse((account && recall(PLACE + account)) || '{}') as Appeals;
  } catch {
    // Not what this page has written: as good as none.
  }
  appeals.value = first ? { ...recalled, ...appeals.peek() } : recalled;
});
