/**
 * Unsent messages and letters: kept first, then sent in order by whichever tab holds the lock, again and again under the
 * same identifier until the server has answered. A call for help waits for none of this: neither for the store, nor for the
 * lock, nor for what was written before it, nor for the socket.
 */

import { signal } from '@preact/signals';
import { ask, link, onOnline } from '../wire/link';
import { http } from '../wire/http';
import { newId } from '../wire/ids';
import { signedInHere } from '../session/known';
import type { Up } from '../wire/events';
import { Refusal, unreachable } from '../wire/refusal';
import { fetchWords } from '../notes/words';
import { bodyOf, HELP_RETRY_MS, nextToSend, outcome, retryDelay, together, type Waiting } from './rules';
import { openStore } from './store';

type Sent = Up['chat:send'][1];

/** All that waits on this device, of whichever account. Show only one's own. */
export const waiting = signal<readonly Waiting[]>([]);
/** The identifier of the message on its way just now. */
export const sending = signal<string | null>(null);

/** How much of the voice note on its way has gone, from 0 to 1. */
export const sentShare = signal(0);

const BY_HTTP_TOO_MS = 1_500; // without an answer over the socket, a call for help goes over HTTP as well

const store = openStore();
const tabs = 'BroadcastChannel' in self ? new BroadcastChannel('binome-outbox') : null;
let account: string | null = null;
let failures = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let running = false;
let wanted = false;
let whenSent: (item: Waiting, answer: Sent) => void = () => {};
let urgent: readonly Waiting[] = [];
const keeping = new Map<string, Promise<void>>(); // calls for help, into the store
let calling: Promise<void> | undefined;
let helpRetry: ReturnType<typeof setTimeout> | undefined;
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
  void refresh().then(() => Promise.all([sendHelp(), flush()]));
}

export const keepMessage = (room: number, body: string): Promise<void> => keep('text', room, body);
export const keepLetter = (to: string, body: string): Promise<void> => keep('letter', null, body, { to });

/** Goes at once, and is kept beside it, for when the page is closed before the server has answered. */
export function keepCallForHelp(room: number | null, summon?: true): void {
  if (!account) return;
  const item: Omit<Waiting, 'order'> = { account, kind: 'help', room, summon, id: newId(), body: '', at: Date.now() };
  urgent = [...urgent, { ...item, order: -1 - urgent.length }];
  waiting.value = together(waiting.peek(), urgent);
  void sendHelp();
  keeping.set(item.id, store.then((kept) => kept.add(item)).then(changed, () => undefined));
}

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

/** Every call for help of this account that waits, one after the other. */
const sendHelp = (): Promise<void> => (calling ??= sendAllHelp().finally(() => (calling = undefined)));

async function sendAllHelp(): Promise<void> {
  clearTimeout(helpRetry);
  try {
    for (let item; (item = firstHelp()) && signedInHere() === account; ) {
      const { at } = await tellByAnyWay({ room: item.room, summon: item.summon });
      whenHelped(at);
      await helped(item);
    }
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'unreachable';
    if (outcome(code) !== 'sign_in') helpRetry = setTimeout(sendHelp, HELP_RETRY_MS * (0.2 + 0.8 * Math.random()));
  }
}

const firstHelp = (): Waiting | undefined => waiting.peek().find((item) => item.kind === 'help' && item.account === account);

/** Over the socket; over HTTP when that is not there, or does not answer soon. The server makes one call of the two. */
async function tellByAnyWay(call: Up['help:now'][0]): Promise<Up['help:now'][1]> {
  if (link.peek() !== 'online') return http('POST', 'help', call);
  const bySocket = ask('help:now', call);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const byHttp = new Promise<Up['help:now'][1]>((told, failed) => {
    const begin = (): void => void http<Up['help:now'][1]>('POST', 'help', call).then(told, failed);
    timer = setTimeout(begin, BY_HTTP_TOO_MS);
    bySocket.catch(() => {
      clearTimeout(timer);
      begin();
    });
  });
  return Promise.race([bySocket.catch(() => byHttp), byHttp]).finally(() => clearTimeout(timer));
}

async function helped({ id }: Waiting): Promise<void> {
  await keeping.get(id);
  keeping.delete(id);
  urgent = urgent.filter((item) => item.id !== id);
  waiting.value = waiting.peek().filter((item) => item.id !== id);
  try {
    for (const item of await (await store).all()) if (item.id === id) await (await store).remove(item.order);
  } catch {
    // What cannot be taken out is told again when the page is next opened: the server has it as one call, or one more.
  }
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
    if (item.kind === 'help') {
      await sendHelp();
      if (!firstHelp()) continue;
      retry = setTimeout(flush, HELP_RETRY_MS);
      break;
    }
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
  if (item.kind === 'letter') {
    await http('POST', `letters/${item.to}`, { id: item.id, body: item.body });
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
  if (next === 'give_back') {
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
  try {
    waiting.value = together(await (await store).all(), urgent);
  } catch {
    waiting.value = together(waiting.peek(), urgent);
  }
  return waiting.value;
}

async function changed(): Promise<void> {
  await refresh();
  tabs?.postMessage('changed');
}

if (tabs) tabs.onmessage = () => void refresh();
onOnline(() => {
  failures = 0;
  void sendHelp();
  void flush();
});
addEventListener('online', () => void sendHelp());
