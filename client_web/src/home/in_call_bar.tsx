/** The way back to a call that goes on while one looks at another page. */

import type { VNode } from 'preact';
import { call } from '../call/current';
import { t } from '../locales/text';
import { StaffComing } from '../room/coming';
import { Icon } from '../shell/icons';
import { roomAddress } from '../shell/route';

export function InCallBar(): VNode | null {
  const room = call.value?.room;
  if (!room) return null;
  return (
    <>
      <StaffComing room={room} />
      <a class="in-call-bar" href={roomAddress(room.number)}>
        <Icon name="phone" />
        <strong>{t('home.in_call')}</strong>
        <span>{room.partners.value.map((partner) => partner.name).join(', ')}</span>
      </a>
    </>
  );
}
