/** The JSON calls. */

import { language } from '../locales/language';
import { isSignedOut, Refusal, unreachable } from './refusal';

const PATIENCE_MS = 20_000; // a 2G line may need ten seconds for one exchange; past this the person is told

let turn = 0;

/** Who was here has gone: what is still asked for them goes its way, but its answer reaches nobody. */
export function endTurn(): void {
  turn += 1;
}

let whenSignedOut: () => void = () => {};

/** The server does not know this session any more: whoever asked, it is over. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler;
}

export async function http<T>(method: string, path: string, body?: unknown): Promise<T> {
  const mine = turn;
  const personal = !/^(join|heard)/.test(path); // what a link opens is nobody's yet
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE_MS);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      signal: giveUp.signal,
      keepalive: method === 'DELETE', // of a session also while the page goes away
      headers: {
        'Accept-Language': language.value,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    answer = text ? JSON.parse(text) : undefined;
  } catch {
    throw unreachable();
  } finally {
    clearTimeout(timer);
  }
  if (personal && mine !== turn) throw unreachable();
  if (response.ok) return answer as T;
  const error = (answer as { error?: { code: string; message: string } } | undefined)?.error;
  const refusal = error ? new Refusal(error) : unreachable();
  if (isSignedOut(refusal)) whenSignedOut();
  throw refusal;
}
