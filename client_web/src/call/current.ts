/**
 * The one call of this page, as far as the whole page knows of it, and how its code comes: once the page stands and has
 * been quiet for a while, or at once when somebody is in a call or about to begin one.
 */

import { effect, signal } from '@preact/signals';
import { rooms, type Room } from '../room/rooms';
import { me } from '../session/session';
import { dressed } from '../shell/dress';
import { link } from '../wire/link';
import type { Call } from './call';
import type { Trouble } from './trouble';

type Calling = typeof import('../parts/calling');

/** The address of `styles/call.css`, which the bundler names by its content. */
declare const CALL_STYLES: string;

const QUIET_MS = 5_000; // by then the first page has all that it needs, also on a slow line
const AGAIN_MS = 10_000;

export const call = signal<Call | null>(null);
/** Why the last one could not begin, or ended without being asked to. */
export const callTrouble = signal<{ room: number; trouble: Trouble; said: string } | null>(null);
/** The code of calls, once it is here. */
export const calling = signal<Calling | null>(null);
/** The room whose call waits for that code. */
export const fetching = signal<number | null>(null);

export async function fetchCalling(): Promise<Calling> {
  calling.value ??= await dressed(import('../parts/calling'), CALL_STYLES);
  return calling.value;
}

/** Asked for by a tap. */
export async function beginCall(room: Room, withCamera: boolean): Promise<void> {
  callTrouble.value = null;
  fetching.value = room.number;
  let code: Calling;
  try {
    code = await fetchCalling();
  } catch {
    callTrouble.value = { room: room.number, trouble: 'unreachable', said: '' };
    return;
  } finally {
    fetching.value = null;
  }
  await code.begin(room, withCamera);
}

/** Makes the next call begin without a wait. What it costs is kept by the browser until the next version. */
export function fetchAhead(): void {
  if (calling.peek()) return;
  void fetchCalling().catch(() => setTimeout(fetchAhead, AGAIN_MS));
}

export function wireCalling(): void {
  const saves = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
  effect(() => {
    const talks = ['mentor', 'mentee', 'supervisor'].includes(me.value?.account.role ?? '');
    if (calling.value || link.value !== 'online' || !talks) return;
    if ([...rooms.value.values()].some((room) => room.inCall.value.length > 0)) return fetchAhead();
    if (saves) return;
    const timer = setTimeout(fetchAhead, QUIET_MS);
    return () => clearTimeout(timer);
  });
}
