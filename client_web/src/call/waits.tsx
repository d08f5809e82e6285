/** Why nobody is heard just now: a pause that a professional asked for, or an adult whom the call waits for. */

import type { VNode } from 'preact';
import { hour } from '../locales/moments';
import { t, type Key } from '../locales/text';
import { draftOf } from '../room/drafts';
import type { Room } from '../room/rooms';
import { me } from '../session/session';

/** In the call. It stands there empty, so that what comes into it is read aloud. */
export function Waits({ room }: { room: Room }): VNode {
  const waits = room.waits.value;
  const own = me.value?.account;
  const staff = own?.role === 'supervisor';
  const led = room.inCall.value.some(({ account, hush }) => account === own?.id && hush === 'led');
  const leader = room.inCall.value.find(({ leading }) => leading);
  return (
    <div class="stage-waits" role="status">
      {led && leader && <p class="stage-rung">{t('call.led_here', { name: leader.name })}</p>}
      {waits?.why && (
        <p class="stage-rung">
          <span>
            <strong>{t('call.waits_title')}</strong> {reason(room, waits.why, waits.by)}{' '}
            {waits.until ? t('call.waits_until', { hour: hour(new Date(waits.until)) }) : ''} {t(staff ? 'call.waits_staff' : 'call.waits_rest')}
          </span>
        </p>
      )}
    </div>
  );
}

/** Where the buttons of a call were, for who was put out of calls, until they may come back. */
export const KeptOut = (): VNode => (
  <section class="invitation" aria-label={t('call.title')}>
    <p class="notice" role="alert">
      {t('call.trouble.put_out')}
    </p>
  </section>
);

/** Where one writes, while a professional has paused the room. */
export function Held({ room }: { room: Room }): VNode | null {
  const paused = room.card.value?.paused;
  if (!paused) return null;
  return (
    <p>
      {reason(room, paused.why, paused.by)} {t('room.held')} {draftOf(room.number).value.trim() !== '' && t('room.held_words')}
    </p>
  );
}

function reason(room: Room, why: string, by?: string): string {
  return t(`call.waits.${why}` as Key, { name: room.memberOf(by)?.name ?? t('call.the_team') });
}
