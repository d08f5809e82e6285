/** Who is here and who looked: nobody observes unseen. */

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import { Icon } from '../shell/icons';
import { later } from '../shell/later';
import type { Room } from './rooms';

/** As long as a professional is in the room, everyone in it reads so. */
export function StaffHere({ room }: { room: Room }): VNode | null {
  const names = room.staffHere.value.map((member) => member.name).join(', ');
  const many = room.staffHere.value.length > 1;
  const sentence = many ? t('room.staff_here_many', { names }) : t('room.staff_here', { name: names });
  useEffect(() => {
    if (names) announce(sentence);
  }, [names]);
  if (!names) return null;
  return (
    <p class="notice notice-staff">
      <Icon name="eye" />
      <span>
        <strong>{sentence}</strong> <span class="notice-more">{t('room.staff_reads')}</span>
      </span>
    </p>
  );
}

const Visits = later(async () => (await import('../parts/journal')).Visits, ({ trouble }) => trouble);

export function VisitsButton({ room }: { room: Room }): VNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="quiet-button visits-button" aria-label={t('visits.title')} onClick={() => setOpen(true)}>
        <Icon name="eye" />
        <span>{t('visits.title')}</span>
      </button>
      {open && <Visits room={room} onClose={() => setOpen(false)} />}
    </>
  );
}
