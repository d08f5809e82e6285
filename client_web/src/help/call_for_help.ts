/** "Tell the team now": from the tap to the server's word that a professional was told, over any cut of the network. */

import { computed, signal } from '@preact/signals';
import { keepCallForHelp, waiting } from '../outbox/outbox';
import { me } from '../session/session';
import { currentRoom } from '../shell/route';
import { link } from '../wire/link';

/** `asked`: by the person. `shown`: the server asked for it, because of what was written. */
export const helpCard = signal<'closed' | 'asked' | 'shown'>('closed');
/** When the server last said that the team was told. */
export const toldAt = signal<Date | null>(null);

const pending = computed(() => waiting.value.some((item) => item.kind === 'help' && item.account === me.value?.account.id));

export const callForHelp = computed((): 'none' | 'telling' | 'will_tell' | 'told' => {
  if (pending.value) return link.value === 'online' ? 'telling' : 'will_tell';
  return toldAt.value ? 'told' : 'none';
});

export function tellTeam(): void {
  if (!pending.peek()) keepCallForHelp(currentRoom.peek());
}

export function wasTold(at: string | number): void {
  toldAt.value = new Date(typeof at === 'number' ? at * 1000 : at);
}
