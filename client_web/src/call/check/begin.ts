/** How a call begins: at once on a line that is known, else after a look at it, which one may skip. */

import { signal } from '@preact/signals';
import type { Room } from '../../room/rooms';
import type { Rung } from '../../wire/call';
import { ask, link, onOnline } from '../../wire/link';
import { startCall } from '../calls';
import { recallLine, rememberLine, wantsCheck } from './remembered';

/** The call that waits for a look at the line. */
export const checking = signal<{ room: Room; withCamera: boolean } | null>(null);
/** The server's name for the network that we come from; null until it told. */
const network = signal<string | null>(null);

export async function begin(room: Room, withCamera: boolean): Promise<void> {
  if (!wantsCheck()) return startCall(room, withCamera);
  const known = network.peek() === null ? null : recallLine(network.peek()!);
  if (known === null) checking.value = { room, withCamera };
  else await enter(room, withCamera, known);
}

/** After the look; `rung` is null when it was skipped. */
export function passCheck(rung: Rung | null): void {
  const waiting = checking.peek();
  checking.value = null;
  if (!waiting) return;
  if (rung === null) return void startCall(waiting.room, waiting.withCamera);
  void enter(waiting.room, waiting.withCamera, rung);
}

export function keep(rung: Rung): void {
  if (network.peek() !== null) rememberLine(network.peek()!, rung);
}

/** So that it is known when somebody wants to call. */
async function learnNetwork(): Promise<void> {
  try {
    network.value = (await ask('check:network', {})).network;
  } catch {
    network.value = null; // the socket is gone; asked again when it is back
  }
}

onOnline(() => void learnNetwork());
if (link.peek() === 'online') void learnNetwork(); // this code comes later than the socket

const enter = (room: Room, withCamera: boolean, rung: Rung): Promise<void> => startCall(room, withCamera, rung);
