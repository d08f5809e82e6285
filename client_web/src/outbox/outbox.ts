/**
 * Unsent messages and calls for help: kept first, then sent in order by whichever tab holds the lock, again and again
 * under the same identifier until the server has answered.
 */

import { signal } from '@preact/signals';
import { ask, link, onOnline } from '../wire/link';
import { newId } from '../wire/ids';
import { signedInHere } from '../session/known';
import type { Up } from '../wire/events';
import { Refusal, unreachable } from '../wire/refusal';
import { fetchWords } from '../notes/words';
import { bodyOf, nextToSend, outcome, retryDelay, type Waiting } from './rules';
import { openStore } from './store';

type Sent = Up['chat:send'][1];

/** All that waits on this device, of whichever account. Show only one's own. */
export const waiting = signal<readonly Waiting[]>([]);
/** The identifier of the message on its way just now. */
export const sending = signal<string | null>(null);

/** How much of the voice note on its way has gone, from 0 to 1. */
export const sentShare = signal(0);

const store = openStore();
const tabs = 'BroadcastChannel' in self ? new BroadcastChannel('binome-outbox') : null;
let account: string | null = null;
let failures = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let running = false;
let wanted = false;
let whenSent: (item: Waiting, answer: Sent) => void = () => {};
let whenHelped: (at: string | number) => void = () => {};
let whenReturned: (code: string) => void = () => {};

export function onSent(text: typeof whenSent, help: typeof whenHelped, returned: typeof whenReturned): void {
  whenSent = text;
  whenHelped = help;
  whenReturned = returned;
}

/** From now on the messages of this account go, and no other's. Null: nobody's. */
export function sendFor(owner: string | null): void {
  account = owner;
  failures = 0;
  void refresh().then(flush);
}

export const keepMessage = (room: number, body: string): Promise<void> => keep('text', room, body);
export const keepCallForHelp = (room: number | null): Promise<void> => keep('help', room, '');

export const keepNote = (room: number, note: Uint8Array<ArrayBuffer>, seconds: number): Promise<void> =>
  keep('voice', room, '', { note, seconds });

async function keep(kind: Waiting['kind'], room: number | null, body: string, more: Partial<Waiting> = {}): Promise<void> {
  if (!account) return;
  await (await store).add({ account, kind, room, id: newId(), body, at: Date.now(), ...more });
  await changed();
  void flush();
}

/** Tries again what was given back, under the same identifier. */
export async function tryAgain({ returned: _, ...item }: Waiting): Promise<void> {
  await (await store).put(item);
  await changed();
  void flush();
}

export async function forget(order: number): Promise<void> {
  await (await store).remove(order);
  await changed();
}

export async function forgetAll(owner: string): Promise<void> {
  for (const item of waiting.peek()) if (item.account === owner) await (await store).remove(item.order);
  await changed();
}

async function flush(): Promise<void> {
  wanted = true; // also when running: what was just kept may have missed the last look
  if (running) return;
  running = true;
  try {
    while (wanted) {
      wanted = false;
      await alone(sendAll);
    }
  } finally {
    running = false;
  }
}

/** Only one tab at a time sends; another one waits and then finds nothing left. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (navigator.locks) await navigator.locks.request('binome-outbox', work);
  else await work();
}

async function sendAll(): Promise<void> {
  clearTimeout(retry);
  while (account && link.peek() === 'online' && signedInHere() === account) {
    const item = nextToSend(await refresh(), account);
    if (!item) break;
    sending.value = item.id;
    try {
      await send(item);
      failures = 0;
    } catch (error) {
      if (!(await coped(item, error))) break;
    }
  }
  sending.value = null;
}

async function send(item: Waiting): Promise<void> {
  if (item.kind === 'help') {
    const { at } = await ask('help:now', item.room === null ? {} : { room: item.room });
    whenHelped(at);
  } else if (item.kind === 'voice') {
    whenSent(item, await sendNote(item));
  } else {
    whenSent(item, await ask('chat:send', [item.room ?? 0, item.id, item.body]));
  }
  await (await store).remove(item.order);
  await changed();
}

/** First all of its pieces, then the message. Stops between two pieces when a call for help waits: it goes first. */
async function sendNote(item: Waiting): Promise<Sent> {
  const room = item.room ?? 0;
  sentShare.value = 0;
  let code;
  try {
    code = await fetchWords();
  } catch {
    throw unreachable();
  }
  await code.uploadNote(room, item.id, item.note!, (share) => {
    sentShare.value = share;
    return isNext(item) && link.peek() === 'online' && signedInHere() === account;
  });
  return ask('chat:send', { room, id: item.id, kind: 'voice', body: bodyOf(item) });
}

const isNext = (item: Waiting): boolean => account !== null && nextToSend(waiting.peek(), account)?.id === item.id;

/** Whether to go on with the next one. */
async function coped(item: Waiting, error: unknown): Promise<boolean> {
  if (item.kind === 'voice' && !isNext(item)) return true; // a call for help came, or the note was taken back
  const refusal = error instanceof Refusal ? error : new Refusal({ code: 'unreachable', message: '' });
  const next = outcome(refusal.code);
  if (next === 'give_back' && item.kind !== 'help') {
    await (await store).put({ ...item, returned: refusal.message });
    await changed();
    whenReturned(refusal.code);
    return true;
  }
  if (next !== 'sign_in') {
    failures += 1;
    retry = setTimeout(flush, retryDelay(failures, refusal.retryInMs));
  }
  return false;
}

async function refresh(): Promise<readonly Waiting[]> {
  waiting.value = await (await store).all();
  return waiting.value;
}

async function changed(): Promise<void> {
  await refresh();
  tabs?.postMessage('changed');
}

if (tabs) tabs.onmessage = () => void refresh();
onOnline(() => {
  failures = 0;
  void flush();
});
