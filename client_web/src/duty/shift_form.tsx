/** One shift of the rota: on which days, from when until when, who. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import type { Shift } from '../wire/duty';
import { newId } from '../wire/ids';
import { Choice } from '../shell/fields';
import { nameOf, team, type Duty } from './acts';
import { DutyForm, When } from './duty_form';
import { weekdayName } from './spoken';

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const PLACES = [0, 1, 2];
const NONE = 'none';
const EVERY = [1, 2, 3, 4, 5, 6, 8];

export function ShiftForm({ duty, shift, onClose }: { duty: Duty; shift: Shift | null; onClose: () => void }): VNode {
  const { view } = duty;
  const known = team(view);
  const gone = (shift?.people ?? []).filter((id) => !known.some(([one]) => one === id)).map((id) => [id, nameOf(view, id)] as const);
  const send = (fields: Record<string, string>, accept: boolean): Promise<void> => {
    const fresh: Shift = {
      id: shift?.id ?? newId(),
      days: WEEK.filter((day) => fields[`day_${day}`] === 'on'),
      closures: fields['closures'] === 'on',
      begins: fields['begins']!,
      ends: fields['ends']!,
      every: Number(fields['every']),
      first: fields['first']!,
      ...(fields['last'] && { last: fields['last'] }),
      people: PLACES.map((place) => fields[`who_${place}`]).filter((id): id is string => id !== undefined && id !== NONE),
    };
    const others = view.shifts.filter(({ id }) => id !== shift?.id);
    return duty.plan({ shifts: shift ? view.shifts.map((one) => (one.id === shift.id ? fresh : one)) : [...others, fresh] }, accept);
  };
  return (
    <DutyForm title={t(shift ? 'duty.shift' : 'duty.new_shift')} view={view} onClose={onClose} send={send}>
      <fieldset class="duty-days">
        <legend>{t('duty.days')}</legend>
        {WEEK.map((day) => (
          <label key={day}>
            <input type="checkbox" name={`day_${day}`} defaultChecked={shift?.days.includes(day) ?? false} /> {weekdayName(day)}
          </label>
        ))}
        <label>
          <input type="checkbox" name="closures" defaultChecked={shift?.closures ?? false} /> {t('duty.closure_days')}
        </label>
      </fieldset>
      <div class="duty-edge">
        <When label={t('duty.from')} name="begins" value={shift?.begins ?? ''} />
        <When label={t('duty.to')} name="ends" value={shift?.ends ?? ''} />
      </div>
      <p class="hint">{t('duty.next_day')}</p>
      {PLACES.map((place) => (
        <Choice
          key={place}
          label={t(place === 0 ? 'duty.who' : 'duty.who_else')}
          name={`who_${place}`}
          value={shift?.people[place] ?? (place === 0 ? known[0]?.[0] ?? '' : NONE)}
          options={[...(place === 0 ? [] : [[NONE, t('duty.nobody_else')] as const]), ...known, ...gone]}
        />
      ))}
      <Choice
        label={t('duty.every')}
        name="every"
        value={String(shift?.every ?? 1)}
        options={[...new Set([...EVERY, shift?.every ?? 1])].map((weeks) => [String(weeks), weeks === 1 ? t('duty.every_week') : t('duty.every_weeks', { weeks })])}
      />
      <div class="duty-edge">
        <When type="date" label={t('duty.first')} name="first" value={shift?.first ?? view.today} />
        <When type="date" label={t('duty.last')} name="last" value={shift?.last ?? ''} required={false} />
      </div>
    </DutyForm>
  );
}

/** Takes a shift away. */
export const EndShift = ({ duty, shift, onClose }: { duty: Duty; shift: Shift; onClose: () => void }): VNode => (
  <DutyForm
    title={t('duty.end_shift')}
    act={t('duty.end_shift')}
    view={duty.view}
    onClose={onClose}
    send={(_, accept) => duty.plan({ shifts: duty.view.shifts.filter(({ id }) => id !== shift.id) }, accept)}
  >
    <p>{t('duty.end_shift_why')}</p>
  </DutyForm>
);
