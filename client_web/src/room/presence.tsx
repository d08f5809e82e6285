/** Who is here and who looked: nobody observes unseen. */

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { dayAndHour, hour, sameDay } from '../locales/moments';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import { Dialog } from '../shell/dialog';
import { Icon } from '../shell/icons';
import { Problem, refusedBecause } from '../shell/refused';
import { http } from '../wire/http';
import type { Visit } from '../wire/room';
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

/** Told to the professional themselves. */
export const YouAreSeen = (): VNode => (
  <p class="notice notice-staff">
    <Icon name="eye" />
    <span>{t('room.you_are_seen')}</span>
  </p>
);

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

function Visits({ room, onClose }: { room: Room; onClose: () => void }): VNode {
  const [visits, setVisits] = useState<Visit[] | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    http<{ visits: Visit[] }>('GET', `rooms/${room.card.peek()?.id ?? room.number}/visits`).then(
      (answer) => setVisits(answer.visits),
      (error) => setProblem(refusedBecause(error)),
    );
  }, [room]);
  return (
    <Dialog title={t('visits.title')} onClose={onClose}>
      <p>{t('visits.lead')}</p>
      <Problem sentence={problem} />
      {!visits && !problem && <p>{t('app.loading')}</p>}
      {visits?.length === 0 && <p class="empty">{t('visits.none')}</p>}
      <ul class="visits">
        {visits?.map((visit) => (
          <li key={visit.entered_at + visit.name}>
            <strong>{visit.name}</strong> {t(`visits.${visit.act}`)}
            <span>
              {dayAndHour(new Date(visit.entered_at))}, {until(visit)}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function until({ entered_at, left_at }: Visit): string {
  if (!left_at) return t('visits.now');
  const left = new Date(left_at);
  return t('visits.until', { hour: sameDay(left, new Date(entered_at)) ? hour(left) : dayAndHour(left) });
}
