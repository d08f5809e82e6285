/** The plan behind the weeks, and its editing: shifts, opening hours, closures, the ladder, somebody outside. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Choice } from '../shell/fields';
import { Problem, useAttempt } from '../shell/refused';
import { REACH } from '../shell/route';
import type { Closure, Shift } from '../wire/duty';
import { nameOf, team, type Duty } from './acts';
import { ClosureForm, EndClosure, HolidaysForm } from './closure_forms';
import { DutyForm } from './duty_form';
import { HoursForm } from './hours_form';
import { EndShift, ShiftForm } from './shift_form';
import { dayName, weekdayName } from './spoken';

const NONE = 'none';

type Open = null | 'shift' | 'hours' | 'closure' | 'holidays' | 'fallback' | { shift: Shift } | { endShift: Shift } | { endClosure: Closure };

export function PlanSection({ duty }: { duty: Duty }): VNode {
  const { view } = duty;
  const open = useSignal<Open>(null);
  const close = (): void => void (open.value = null);
  const now = open.value;
  return (
    <>
      <Part title={t('duty.shifts')} lead={t('duty.shifts_lead')} acts={[[t('duty.new_shift'), () => (open.value = 'shift')]]}>
        <ul class="duty-list">
          {view.shifts.map((shift) => (
            <li key={shift.id}>
              <span>
                <strong>{shift.people.map((id) => nameOf(view, id)).join(t('duty.then'))}</strong>
                <span class="fact">{shiftText(shift)}</span>
              </span>
              <Act label={t('duty.edit')} of={shiftText(shift)} onClick={() => (open.value = { shift })} />
              <Act label={t('duty.remove')} of={shiftText(shift)} onClick={() => (open.value = { endShift: shift })} />
            </li>
          ))}
        </ul>
      </Part>
      <Part title={t('duty.hours')} lead={t('duty.hours_lead')} acts={[[t('duty.edit_hours'), () => (open.value = 'hours')]]}>
        <ul class="duty-list">
          {[1, 2, 3, 4, 5, 6, 7]
            .map((day) => [day, view.hours.filter((opening) => opening.day === day)] as const)
            .filter(([, hours]) => hours.length > 0)
            .map(([day, hours]) => (
              <li key={day}>
                <span class="duty-weekday">{weekdayName(day)}</span> {hours.map(({ begins, ends }) => `${begins}–${ends}`).join(', ')}
              </li>
            ))}
        </ul>
      </Part>
      <Part
        title={t('duty.closures')}
        lead={t('duty.closures_lead')}
        acts={[[t('duty.new_closure'), () => (open.value = 'closure')], [t('duty.holidays'), () => (open.value = 'holidays')]]}
      >
        <ul class="duty-list">
          {view.closures
            .filter(({ last }) => last >= view.today)
            .map((closure) => (
              <li key={closure.first}>
                <span>
                  <strong>{closure.why}</strong>
                  <span class="fact">
                    {closure.first === closure.last
                      ? dayName(closure.first)
                      : t('duty.from_to_day', { first: dayName(closure.first), last: dayName(closure.last) })}
                  </span>
                </span>
                <Act label={t('duty.remove')} of={closure.why} onClick={() => (open.value = { endClosure: closure })} />
              </li>
            ))}
        </ul>
      </Part>
      <Ladder duty={duty} />
      <Part title={t('duty.fallback')} lead={t('duty.fallback_lead')} acts={view.contacts.length > 0 ? [[t('duty.edit_fallback'), () => (open.value = 'fallback')]] : []}>
        {me.value?.account.role === 'admin' && (
          <p>
            <a href={REACH}>{t('duty.contacts')}</a>
          </p>
        )}
        <p>{view.fallback ? view.contacts.find(({ id }) => id === view.fallback)?.name : t(view.contacts.length > 0 ? 'duty.no_fallback' : 'duty.no_contact')}</p>
      </Part>
      {(now === 'shift' || (now !== null && typeof now === 'object' && 'shift' in now)) && (
        <ShiftForm duty={duty} shift={now === 'shift' ? null : now.shift} onClose={close} />
      )}
      {now !== null && typeof now === 'object' && 'endShift' in now && <EndShift duty={duty} shift={now.endShift} onClose={close} />}
      {now === 'hours' && <HoursForm duty={duty} onClose={close} />}
      {now === 'closure' && <ClosureForm duty={duty} onClose={close} />}
      {now === 'holidays' && <HolidaysForm duty={duty} onClose={close} />}
      {now !== null && typeof now === 'object' && 'endClosure' in now && <EndClosure duty={duty} closure={now.endClosure} onClose={close} />}
      {now === 'fallback' && (
        <DutyForm
          title={t('duty.fallback')}
          view={view}
          onClose={close}
          send={({ fallback }, accept) => duty.plan({ fallback: fallback === NONE ? null : fallback! }, accept)}
        >
          <Choice
            label={t('duty.fallback')}
            name="fallback"
            value={view.fallback ?? NONE}
            options={[[NONE, t('duty.no_fallback')], ...view.contacts.map(({ id, name }) => [id, name] as const)]}
          />
        </DutyForm>
      )}
    </>
  );
}

/** "du lundi au vendredi" would read better; each day by name is never wrong. */
export function shiftText(shift: Shift): string {
  const days = shift.days.length === 7 ? t('duty.every_day') : shift.days.map(weekdayName).join(', ');
  const named = [days, ...(shift.closures ? [t('duty.closure_days')] : [])].filter((text) => text !== '').join(', ');
  const facts = [
    `${named}, ${shift.begins}–${shift.ends}`,
    ...(shift.every > 1 ? [t('duty.every_weeks', { weeks: shift.every })] : []),
    ...(shift.last ? [t('duty.until_day', { day: dayName(shift.last) })] : []),
  ];
  return facts.join(' · ');
}

interface PartProps {
  title: string;
  lead: string;
  acts: readonly (readonly [string, () => void])[];
  children: ComponentChildren;
}

const Part = ({ title, lead, acts, children }: PartProps): VNode => (
  <section class="card duty-part" aria-label={title}>
    <div class="section-head">
      <h2>{title}</h2>
      <span class="duty-acts">
        {acts.map(([label, act]) => (
          <button key={label} type="button" class="button button-soft" onClick={() => act()}>
            {label}
          </button>
        ))}
      </span>
    </div>
    <p class="hint">{lead}</p>
    {children}
  </section>
);

export const Act = ({ label, of, onClick, disabled = false }: { label: string; of: string; onClick: () => void; disabled?: boolean }): VNode => (
  <button type="button" class="quiet-button" disabled={disabled} onClick={onClick}>
    {label}
    <span class="visually-hidden"> : {of}</span>
  </button>
);

function Ladder({ duty }: { duty: Duty }): VNode {
  const { view } = duty;
  const { busy, problem, attempt } = useAttempt();
  const set = (ladder: string[]): void => void attempt(() => duty.plan({ ladder }));
  const others = team(view).filter(([id]) => !view.ladder.includes(id));
  const move = (place: number, to: number): void => {
    const ladder = [...view.ladder];
    ladder.splice(to, 0, ...ladder.splice(place, 1));
    set(ladder);
  };
  return (
    <Part title={t('duty.ladder')} lead={t('duty.ladder_lead')} acts={[]}>
      <Problem sentence={problem.value} />
      <ol class="duty-list">
        {view.ladder.map((id, place) => (
          <li key={id}>
            <strong>{nameOf(view, id)}</strong>
            {place > 0 && <Act label={t('duty.up')} of={nameOf(view, id)} disabled={busy.value} onClick={() => move(place, place - 1)} />}
            <Act label={t('duty.remove')} of={nameOf(view, id)} disabled={busy.value} onClick={() => set(view.ladder.filter((one) => one !== id))} />
          </li>
        ))}
      </ol>
      {others.length > 0 && (
        <p class="duty-add">
          {others.map(([id, name]) => (
            <button key={id} type="button" class="quiet-button" disabled={busy.value} onClick={() => set([...view.ladder, id])}>
              {t('duty.ladder_add', { name })}
            </button>
          ))}
        </p>
      )}
    </Part>
  );
}
