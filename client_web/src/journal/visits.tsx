/** Who of the professionals came into a room and its calls, for those whose room it is. */

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { dayAndHour, hour, sameDay } from '../locales/moments';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { Dialog } from '../shell/dialog';
import { Problem, refusedBecause } from '../shell/refused';
import { http } from '../wire/http';
import type { Visit } from '../wire/room';

export function Visits({ room, onClose }: { room: Room; onClose: () => void }): VNode {
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
