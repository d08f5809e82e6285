/** A professional says that they will come into a call that others are in, and waits until everybody has been told. */

import { signal } from '@preact/signals';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { ask } from '../wire/link';

const SLACK_MS = 250; // the server opens by its own clock

/** The call that one is about to come into, and when, by this page's clock. */
export const knocking = signal<{ room: Room; at: number } | null>(null);

let decide: (enters: boolean) => void = () => {};

/** Whether one is announced before one comes in: to a call of others, in which one has no part yet. */
export function mustKnock(room: Room): boolean {
  const inside = room.inCall.peek().map(({ account }) => account);
  const own = me.peek()?.account;
  return own?.role === 'supervisor' && inside.length > 0 && !inside.includes(own.id);
}

/**
 * Resolves when the door is open, or to false when one thought better of it. `now`: without the wait, where something of
 * the highest severity waits. Throws a Refusal.
 */
export async function knock(room: Room, now: boolean): Promise<boolean> {
  withdraw();
  const { wait_ms } = await ask('supervise:knock', { room: room.number, now });
  knocking.value = { room, at: performance.now() + wait_ms };
  if (wait_ms > 0) announce(t('knock.said', { seconds: Math.ceil(wait_ms / 1_000) }));
  return new Promise((resolve) => {
    const timer = setTimeout(() => decide(true), wait_ms + SLACK_MS);
    decide = (enters) => {
      clearTimeout(timer);
      decide = () => {};
      knocking.value = null;
      resolve(enters);
    };
  });
}

export function withdraw(): void {
  const waiting = knocking.peek();
  if (!waiting) return;
  decide(false);
  void ask('supervise:withdraw', { room: waiting.room.number }).catch(() => {}); // then the door closes by itself
}
