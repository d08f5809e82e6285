/** Who in a call asks, before everybody in it, that a professional come; and how a professional comes straight in. */

import { effect, signal } from '@preact/signals';
import type { Room } from '../room/rooms';
import type { Asking } from '../wire/call';
import { link, on } from '../wire/link';
import { startCall } from './calls';

/** By room, as the server told last. */
const asked = signal<ReadonlyMap<string, readonly Asking[]>>(new Map());

on('call:summoned', ({ room, summons }) => (asked.value = new Map(asked.peek()).set(room, summons)));
effect(() => {
  if (link.value !== 'online') asked.value = new Map(); // told again to who comes back
});

const NOBODY: readonly Asking[] = []; // always the same, for who compares

export const askingIn = (room: Room): readonly Asking[] => asked.value.get(room.card.value?.id ?? '') ?? NOBODY;

/** Into the room, seen by all, and, announced, into its call: by one press, wherever one is. */
export async function comeIn(room: Room): Promise<void> {
  if (!room.entered.peek()) await room.enter();
  await startCall(room, false);
}
