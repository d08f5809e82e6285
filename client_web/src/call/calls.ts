/** How calls begin and end on this page, and what the server and the network tell them. */

import { effect } from '@preact/signals';
import type { Room } from '../room/rooms';
import type { Rung } from '../wire/call';
import { connectNow, hurry, link, on, onMoved, onOnline } from '../wire/link';
import { Refusal } from '../wire/refusal';
import { Call } from './call';
import { call, callTrouble } from './current';
import { NoDevice } from './devices';
import { knock, mustKnock } from './knocking';
import { endOf, troubleOf, type Trouble } from './trouble';

/**
 * `first`: what a look at the line before the call found it good for; the camera stays off where it would stumble. `now`:
 * announced, but without a wait, where the server allows that.
 */
export async function startCall(room: Room, withCamera: boolean, first: Rung | null = null, now = false): Promise<void> {
  if (call.peek()) endCall(call.peek()!, null);
  callTrouble.value = null;
  const observes = mustKnock(room);
  if (observes) {
    try {
      if (!(await knock(room, now))) return;
    } catch (error) {
      const { code, message } = error instanceof Refusal ? error : new Refusal({ code: 'unreachable', message: '' });
      callTrouble.value = { room: room.number, trouble: troubleOf(code), said: message };
      return;
    }
  }
  const started = new Call(room, first, (refusal) => endCall(started, troubleOf(refusal.code), false, refusal.message), observes);
  call.value = started;
  try {
    await started.start(withCamera);
  } catch (error) {
    if (call.peek() !== started) return;
    if (error instanceof NoDevice) endCall(started, error.trouble);
    else if (error instanceof Refusal) endCall(started, troubleOf(error.code), true, error.message);
    else endCall(started, 'other');
  }
}

export function endCall(ending: Call, trouble: Trouble | null, tell = true, said = ''): void {
  ending.leave(tell);
  if (call.peek() === ending) call.value = null;
  callTrouble.value = trouble && { room: ending.room.number, trouble, said };
}

const FAR_S = 0.8; // taken for the round trip until it is measured

/** The current call, when this part in it is the one that is meant. */
const mine = (peer: string): Call | null => (call.peek()?.peer.peek() === peer ? call.peek() : null);

on('call:slots', ({ peer, slots }) => {
  const current = mine(peer);
  if (current) current.slots.value = slots;
});
on('call:rung', (step) => mine(step.peer)?.obey(step));
on('call:renew', ({ peer }) => void mine(peer)?.media?.renew());
on('call:ice', ({ peer, ice }) => void mine(peer)?.media?.renewRelays(ice));
on('call:direct', (state) => mine(state.peer)?.direct.told(state));
on('call:describe', (described) => void mine(described.peer)?.direct.described(described));
on('call:ended', ({ peer, code }) => {
  const current = mine(peer);
  if (!current) return;
  if (code === 'lost' || code === 'drained') void current.media?.renew();
  else if (code === 'consent') endCall(current, 'calls_ended', false);
  else endCall(current, endOf(code), false);
});

onOnline(() => call.peek()?.resume());
onMoved(() => call.peek()?.media?.moved());
document.addEventListener('visibilitychange', () => {
  // A telephone that slept may have lost its network without having been told.
  const current = call.peek();
  if (!current || document.visibilityState !== 'visible') return;
  if (link.peek() !== 'online') connectNow();
  if (current.phase.peek() === 'reconnecting') current.media?.resume();
});

effect(() => {
  hurry(call.value && FAR_S);
});
effect(() => {
  if (link.value === 'refused' || link.value === 'closed') {
    const current = call.peek();
    if (current) endCall(current, null, false);
  }
});
addEventListener('pagehide', () => {
  const current = call.peek();
  if (current) endCall(current, null); // so that the others see it at once
});
