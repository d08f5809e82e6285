/** What an author does about a message of their own: change it, or ask for another look. Its code comes when it is asked for. */

import { effect, signal } from '@preact/signals';
import { me } from '../session/session';
import { recall, remember } from '../shell/memory';
import { ask } from '../wire/link';

type Mend = typeof import('../mend');

export const mend = signal<Mend | null>(null);
/** The message that is being changed or appealed, and how. */
export const mending = signal<{ room: number; seq: number; act: 'edit' | 'appeal' } | null>(null);
/** Its code could not be fetched: there is no network. */
export const unfetched = signal(false);

export async function beginMending(room: number, seq: number, act: 'edit' | 'appeal'): Promise<void> {
  mending.value = { room, seq, act };
  unfetched.value = false;
  try {
    mend.value ??= await import('../mend');
  } catch {
    unfetched.value = true;
  }
}

/** Appeals made on this device, by room and place: when, and when they were answered. Numbers only, no words. */
export const appeals = signal<Readonly<Record<string, { at: string; decided?: string }>>>({});
const MOST = 50; // appeals that are remembered
const PLACE = 'appeals.';

export const appealOf = (room: number, seq: number): { at: string; decided?: string } | undefined => appeals.value[`${room}:${seq}`];

/** Asks for another look, or asks again what became of it: the server answers both alike. Throws a Refusal. */
export async function askAppeal(room: number, seq: number, words?: string): Promise<void> {
  const { at, decided } = await ask('chat:appeal', { room, seq, ...(words ? { words } : {}) });
  const kept = Object.entries({ ...appeals.peek(), [`${room}:${seq}`]: { at, ...(decided ? { decided } : {}) } });
  appeals.value = Object.fromEntries(kept.slice(-MOST));
  const account = me.peek()?.account.id;
  if (account) remember(PLACE + account, JSON.stringify(appeals.value));
}

let owner: string | undefined;
effect(() => {
  const account = me.value?.account.id;
  if (account === owner) return; // the first page was only fetched anew
  owner = account;
  mending.value = null;
  try {
    appeals.value = JSON.parse((account && recall(PLACE + account)) || '{}') as typeof appeals.value;
  } catch {
    appeals.value = {};
  }
});
