/** Some weeks, day by day: who is on call when, and when nobody is. */

import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import type { DutyView } from '../wire/duty';
import { nameOf } from './acts';
import { byDays, type Piece } from './days';
import { dayName } from './spoken';
import { dayIn, later } from './zoned';

const WEEKS = 2;

/** `first`: a day of the first week that is shown; '' for this one. */
export function WeeksSection({ view, first }: { view: DutyView; first: Signal<string> }): VNode {
  const monday = dayIn(view.zone, new Date(view.begins));
  const days = byDays(view.stretches, view.zone, view.begins, view.ends);
  const turn = (weeks: number): void => void (first.value = later(monday, weeks * 7));
  return (
    <section class="card" aria-labelledby="duty-weeks">
      <div class="section-head">
        <h2 id="duty-weeks">{first.value === '' ? t('duty.two_weeks') : t('duty.weeks_from', { day: dayName(monday) })}</h2>
        <span class="duty-acts">
          <button type="button" class="quiet-button" onClick={() => turn(-WEEKS)}>
            {t('duty.before')}
          </button>
          {first.value !== '' && (
            <button type="button" class="quiet-button" onClick={() => (first.value = '')}>
              {t('duty.this_week')}
            </button>
          )}
          <button type="button" class="quiet-button" onClick={() => turn(WEEKS)}>
            {t('duty.after')}
          </button>
        </span>
      </div>
      <p class="hint">{t('duty.zone', { zone: view.zone })}</p>
      <ol class="duty-week">
        {days.map(({ day, pieces }) => (
          <li key={day} class={day === view.today ? 'is-today' : ''}>
            <h3>
              {dayName(day)}
              {day === view.today && <span class="tag">{t('duty.today')}</span>}
            </h3>
            <p class="fact">{closure(view, day)}</p>
            <ul>
              {pieces.map((piece) => (
                <Line key={piece.from} view={view} piece={piece} />
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

const closure = (view: DutyView, day: string): string => view.closures.find(({ first, last }) => first <= day && day <= last)?.why ?? '';

function Line({ view, piece }: { view: DutyView; piece: Piece }): VNode {
  const names = piece.on_call.map((id) => nameOf(view, id)).join(t('duty.then'));
  const own = piece.on_call.includes(me.value?.account.id ?? '');
  const who = piece.covered ? [names, piece.staffed ? t('duty.office') : ''].filter((text) => text !== '').join(' · ') : t('duty.nobody');
  return (
    <li class={!piece.covered ? 'is-nobody' : own ? 'is-own' : piece.on_call.length > 0 ? 'is-on-call' : ''}>
      <span class="duty-hours">{`${piece.from}–${piece.to}`}</span> {who}
    </li>
  );
}
