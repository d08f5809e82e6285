/** Why this conversation is paused, and what comes next: in plain words, and without blame. */

import type { VNode } from 'preact';
import { t, tOr } from '../locales/text';
import { roomOf } from '../room/rooms';
import { currentRoom } from '../shell/route';

export function Paused(): VNode {
  const card = currentRoom.value === null ? null : roomOf(currentRoom.value).card.value;
  const name = card?.members.find(({ role }) => role === 'supervisor')?.name ?? '';
  return <p>{card?.pause ? tOr(`room.paused_${card.pause}`, 'room.paused_why', { name }) : t('room.paused_why')}</p>;
}
