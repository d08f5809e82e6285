/**
 * A bound device that asks for a PIN asks after an absence, before anything is shown. The server counts the tries; what
 * is kept from whom, and what is not, is in docs/decisions/0185. Also here: such a device's session goes on while it
 * comes back.
 */

import { effect, signal } from '@preact/signals';
import { calling } from '../call/current';
import { me } from '../session/session';
import { recall, remember } from '../shell/memory';
import { http } from '../wire/http';

const ABSENT_MS = 5 * 60_000;
const RENEW_MS = 29 * 86_400_000; // of the 30 days that a session has: once a day at the most
const HERE = 'here';

/** The PIN is asked for, and nothing else is shown. */
export const behindPin = signal(false);

let known = false; // whether this page has seen who is here

const absent = (): boolean => Date.now() - Number(recall(HERE) ?? 0) > ABSENT_MS;

function stillHere(): void {
  if (me.peek()?.pin && !behindPin.peek()) remember(HERE, String(Date.now()));
}

export function opened(): void {
  behindPin.value = false;
  stillHere();
}

effect(() => {
  const now = me.value;
  if (!now) {
    behindPin.value = false;
    known = false;
    if (now === null) remember(HERE, null);
    return;
  }
  if (now.pin && !known && absent()) behindPin.value = true;
  known ||= now.pin !== undefined;
  stillHere();
  if (now.pin !== undefined && Date.parse(now.expires_at) - Date.now() < RENEW_MS) void renew();
});

let renewing = false;

async function renew(): Promise<void> {
  if (renewing) return;
  renewing = true;
  try {
    await http('POST', 'session/renew');
  } catch {
    // The next first page tries again.
  }
  renewing = false;
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) stillHere();
  else if (me.peek()?.pin && absent() && !calling.peek()) behindPin.value = true;
});
addEventListener('pagehide', stillHere);
