/**
 * The one socket: opened when someone is signed in, kept by itself through cuts, network changes and a server that
 * stops. Knows nothing of rooms; they hand it their cursors.
 */

import { signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';
import { language } from '../locales/language';
import type { Down, Up } from './events';
import { Refusal, unreachable, type ErrorBody } from './refusal';

/** `refused`: the server does not know the session any more. */
export type LinkState = 'closed' | 'connecting' | 'online' | 'refused';

export const link = signal<LinkState>('closed');
/** What went through the socket since the page was opened, both ways, about. */
export const traffic = { bytes: 0 };

const PATIENCE_MS = 15_000; // for an acknowledgement; two round trips of the worst line we serve, and then some
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
// In a call, for a connection to stand: six round trips (with TLS), and what a busy device needs; on a line whose queue
// is full, twice that, as each packet may have to be sent again.
const callPatience = (roundTrip: number): number => 1_500 + (roundTrip > 1.8 ? 12_000 : 6_000) * Math.min(roundTrip, 4);
// There, what is asked waits behind voices, and TCP sends again what is lost after seconds: no reason to begin anew.
const callAnswer = (roundTrip: number): number => 12_000 * roundTrip;
const CALL_DELAYS_MS = [200, 800] as const; // first and longest: the voice waits for it
const PACKET_BYTES = 60; // what TCP, IP and the frame of a web socket add to a message

type Handler<E extends keyof Down> = (payload: Down[E]) => void;
type Ack = { ok: boolean; error?: ErrorBody };

const handlers: { [E in keyof Down]?: Handler<E>[] } = {};
const whenOnline = new Set<() => void>();
const whenMoved: (() => void)[] = [];
let cursors: () => Record<string, number> = () => ({});
let socket: Socket | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let triedAt = -Infinity; // when the last attempt began
let hurried: number | null = null; // in a call: its round trip, in seconds

/** Gives what ends it. */
export function on<E extends keyof Down>(event: E, handler: Handler<E>): () => void {
  if (!handlers[event]) {
    handlers[event] = [];
    socket?.on(event as string, (payload) => deliver(event, payload));
  }
  const list = handlers[event] as Handler<E>[];
  list.push(handler);
  return () => void list.splice(list.indexOf(handler), 1);
}

/** Gives what ends it. */
export function onOnline(handler: () => void): () => void {
  whenOnline.add(handler);
  return () => void whenOnline.delete(handler);
}

/** The network under the page is another one, or is back. */
export function onMoved(handler: () => void): void {
  whenMoved.push(handler);
}

export function cursorsFrom(source: () => Record<string, number>): void {
  cursors = source;
}

export function open(): void {
  if (socket) return;
  link.value = 'connecting';
  socket = io({
    transports: ['websocket', 'polling'],
    tryAllTransports: true, // a firewall that forbids web sockets leaves polling
    reconnectionDelay: FIRST_DELAY_MS,
    reconnectionDelayMax: LONGEST_DELAY_MS,
    randomizationFactor: 0.5,
    timeout: PATIENCE_MS,
    auth: (give) => give({ cursors: cursors(), compact: 1, lang: language.value }),
  });
  for (const event of Object.keys(handlers) as (keyof Down)[]) {
    socket.on(event as string, (payload) => deliver(event, payload));
  }
  pace();
  socket.io.on('reconnect_attempt', () => (triedAt = performance.now()));
  socket.io.on('open', () => socket?.io.engine.on('packet', count).on('packetCreate', count));
  socket.on('connect', () => {
    link.value = 'online';
    for (const handler of whenOnline) handler();
  });
  socket.on('disconnect', (reason) => {
    if (link.value === 'refused') return;
    link.value = 'connecting';
    if (reason === 'io server disconnect') connectAgain(FIRST_DELAY_MS);
  });
  socket.on('connect_error', (error: Error & { data?: ErrorBody }) => {
    const code = error.data?.code;
    if (code === 'not_signed_in' || code === 'session_expired') refuse(code);
    else if (socket && !socket.active) connectAgain(error.data?.retry_in_ms ?? 5_000);
  });
}

export function close(): void {
  clearTimeout(retry);
  socket?.disconnect();
  socket = null;
  link.value = 'closed';
}

/** In a call (of this round trip, in seconds) the socket is looked for more often, and a try that hangs given up sooner. */
export function hurry(roundTrip: number | null): void {
  hurried = roundTrip;
  pace();
}

function pace(): void {
  const [first, longest] = hurried !== null ? CALL_DELAYS_MS : [FIRST_DELAY_MS, LONGEST_DELAY_MS];
  socket?.io.reconnectionDelay(first).reconnectionDelayMax(longest).timeout(hurried === null ? PATIENCE_MS : callPatience(hurried));
}

const count = ({ data }: { data?: string }): void => {
  traffic.bytes += PACKET_BYTES + (data?.length ?? 0);
};

/** Sends `event` and gives what its acknowledgement holds. Throws a Refusal; `unreachable` when nothing came back. */
export async function ask<E extends keyof Up>(event: E, payload: Up[E][0], patience = PATIENCE_MS): Promise<Up[E][1]> {
  if (!socket?.connected) throw unreachable();
  let answer: Ack & Up[E][1];
  try {
    const enough = Math.max(patience, callAnswer(hurried ?? 0));
    answer = await socket.timeout(enough).emitWithAck(event as string, payload);
  } catch {
    dropPath(); // no answer in all that time: whatever the socket believes, nobody is at its other end
    throw unreachable();
  }
  if (answer.ok) return answer;
  const error = answer.error ?? { code: 'internal', message: '' };
  if (error.code === 'session_expired' || error.code === 'not_signed_in') refuse(error.code);
  throw new Refusal(error);
}

/** Connects anew at once, whatever the back-off says: the network under the socket is another one. */
export function connectNow(): void {
  if (!socket || link.value === 'refused') return;
  clearTimeout(retry);
  triedAt = performance.now();
  socket.disconnect().connect();
}

/** `connectNow`, unless an attempt is under way that has had less time than a connection needs here. */
export function connectSoon(): void {
  if (performance.now() - triedAt > (hurried === null ? PATIENCE_MS : 6_000 * hurried)) connectNow();
}

on('session:ended', ({ code }) => refuse(code));
on('server:drain', ({ reconnect_in_ms }) => {
  // Spread over as much again, so that a restart is not met by everyone at once.
  const wait = reconnect_in_ms * (1 + Math.random());
  clearTimeout(retry);
  retry = setTimeout(connectNow, wait);
});

/** The code of the last refusal: `session_expired`, `not_signed_in`, or what ended the session. */
export const refusalCode = signal<string | null>(null);

function refuse(code: string): void {
  refusalCode.value = code;
  link.value = 'refused';
  socket?.disconnect();
  socket = null;
}

function connectAgain(wait: number): void {
  clearTimeout(retry);
  retry = setTimeout(() => socket?.connect(), wait * (1 + Math.random()));
}

/** Gives the path under the socket up; a new one is looked for at once, then less and less often. */
function dropPath(): void {
  if (socket?.connected) socket.io.engine.close();
}

function deliver<E extends keyof Down>(event: E, payload: Down[E]): void {
  for (const handler of [...((handlers[event] ?? []) as Handler<E>[])]) handler(payload);
}

function moved(): void {
  connectNow();
  for (const handler of whenMoved) handler();
}

addEventListener('online', moved);
addEventListener('offline', dropPath); // it would take the ping many seconds to find out

// Where the browser tells its kind of network (Android), a change of it means that the old path is gone: do not wait
// for the ping to notice. Its "change" event alone says nothing, it also comes with each new guess of the speed.
const network = (navigator as { connection?: EventTarget & { type?: string } }).connection;
let networkType = network?.type;
network?.addEventListener('change', () => {
  if (network.type === networkType) return;
  networkType = network.type;
  if (networkType !== 'none') moved();
});
