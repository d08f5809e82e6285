/** Tells the others how far this person got: received when it came, seen when it was on the screen and looked at. */

import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { me } from '../session/session';
import { ask, link } from '../wire/link';
import { rooms, type Room } from './rooms';

const GATHER_MS = 400; // several messages that come together make one mark

const wanted = new WeakMap<Room, { delivered: number; seen: number }>();
const timers = new WeakMap<Room, ReturnType<typeof setTimeout>>();

export function wireReceiving(): void {
  effect(() => {
    if (link.value !== 'online' || me.value?.account.role === 'supervisor') return;
    for (const room of rooms.value.values()) {
      const { cursor, entries } = room.log.value;
      if (cursor !== null && entries.length > 0) tellSoon(room, cursor, 0);
    }
  });
}

/** Marks the room as seen while its page is open, at its newest messages, in a window that is looked at. */
export function useSeen(room: Room, atNewest: boolean): void {
  useEffect(() => {
    if (!atNewest) return;
    const look = (): void => {
      const { cursor, entries } = room.log.peek();
      const looked = document.visibilityState === 'visible' && (room.entered.peek() || me.peek()?.account.role !== 'supervisor');
      if (looked && cursor !== null && entries.length > 0) tellSoon(room, cursor, cursor);
    };
    const stop = effect(() => {
      void room.log.value;
      if (link.value === 'online') look();
    });
    document.addEventListener('visibilitychange', look);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', look);
    };
  }, [room, atNewest]);
}

function tellSoon(room: Room, delivered: number, seen: number): void {
  const before = wanted.get(room) ?? { delivered: 0, seen: 0 };
  wanted.set(room, { delivered: Math.max(before.delivered, delivered), seen: Math.max(before.seen, seen) });
  if (timers.has(room)) return;
  timers.set(room, setTimeout(() => void tell(room), GATHER_MS));
}

async function tell(room: Room): Promise<void> {
  timers.delete(room);
  const seat = room.mySeat.peek();
  const mark = wanted.get(room);
  if (seat === null || !mark) return;
  const known = room.marks.peek().get(seat) ?? { delivered: 0, seen: 0 };
  const news = {
    ...(mark.delivered > known.delivered && mark.delivered > mark.seen ? { delivered: mark.delivered } : {}),
    ...(mark.seen > known.seen ? { seen: mark.seen } : {}),
  };
  if (Object.keys(news).length === 0) return;
  try {
    await ask('chat:read', { room: room.number, ...news });
    room.mark({ seat, ...mark });
  } catch {
    // Told again with the next message or the next connection.
  }
}
