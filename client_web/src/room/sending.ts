/** What becomes of a sent message: it takes its place in the log, and the server's kind words are shown. */

import { helpCard, wasTold } from '../help/call_for_help';
import { onSent } from '../outbox/outbox';
import { bodyOf } from '../outbox/rules';
import { loadHome } from '../session/session';
import { roomOf } from './rooms';

export function wireSending(): void {
  onSent((item, answer) => {
    if (answer.help) helpCard.value = 'shown';
    const room = roomOf(item.room ?? 0);
    const seat = room.mySeat.peek();
    if (seat === null) return void room.fetchMissing(); // the room's people are not known yet: take it from the log
    room.heard({
      seq: answer.seq,
      changed: answer.seq,
      seat,
      at: answer.at,
      body: item.kind === 'voice' ? bodyOf(item) : item.body,
      state: answer.state ?? 'delivered',
      id: item.id,
      ...(item.kind === 'voice' ? { voice: true } : {}),
      ...(answer.body === undefined ? {} : { othersRead: answer.body }),
      ...(answer.notice ? { notice: answer.notice } : {}),
    });
  }, wasTold, returned);
}

/** The room, or this person's place in it, is no longer what the page shows. */
function returned(code: string): void {
  if (code !== 'bad_request' && code !== 'too_large') void loadHome();
}
