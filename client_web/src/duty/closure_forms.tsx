/** When the office is closed: one closure, or the public holidays to choose from. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Field } from '../shell/fields';
import { Problem } from '../shell/refused';
import { useLoaded } from '../shell/loaded';
import type { Closure } from '../wire/duty';
import type { Duty } from './acts';
import { DutyForm, When } from './duty_form';
import { dayName } from './spoken';
import { later } from './zoned';

interface Props {
  duty: Duty;
  onClose: () => void;
}

export function ClosureForm({ duty, onClose }: Props): VNode {
  const { view } = duty;
  const send = (fields: Record<string, string>, accept: boolean): Promise<void> =>
    duty.plan({ closures: [...view.closures, { first: fields['first']!, last: fields['last'] ?? fields['first']!, why: fields['why'] ?? '' }] }, accept);
  return (
    <DutyForm title={t('duty.new_closure')} view={view} onClose={onClose} send={send}>
      <Field label={t('duty.closure_why')} name="why" />
      <div class="duty-edge">
        <When type="date" label={t('duty.closure_first')} name="first" value={view.today} />
        <When type="date" label={t('duty.closure_last')} name="last" required={false} />
      </div>
    </DutyForm>
  );
}

interface Holidays {
  holidays: readonly { day: string; name: string }[];
}

/** Those of a year from now on that are not closures yet. */
export function HolidaysForm({ duty, onClose }: Props): VNode {
  const { view } = duty;
  const year = Number(view.today.slice(0, 4));
  const [now, next] = [useLoaded<Holidays>(`duty/holidays?year=${year}`), useLoaded<Holidays>(`duty/holidays?year=${year + 1}`)];
  const until = later(view.today, 365);
  const coming = [...(now.found.value?.holidays ?? []), ...(next.found.value?.holidays ?? [])].filter(
    ({ day }) => day >= view.today && day < until && !view.closures.some(({ first, last }) => first <= day && day <= last),
  );
  const send = (fields: Record<string, string>, accept: boolean): Promise<void> => {
    const chosen: Closure[] = coming.filter(({ day }) => fields[day] === 'on').map(({ day, name }) => ({ first: day, last: day, why: name }));
    return duty.plan({ closures: [...view.closures, ...chosen] }, accept);
  };
  return (
    <DutyForm title={t('duty.holidays')} act={t('duty.holidays_take')} view={view} onClose={onClose} send={send}>
      <Problem sentence={now.problem.value || next.problem.value} />
      <p>{t('duty.holidays_why')}</p>
      {coming.length === 0 && now.found.value && next.found.value && <p class="empty">{t('duty.no_holiday')}</p>}
      <fieldset class="duty-days">
        <legend class="visually-hidden">{t('duty.holidays')}</legend>
        {coming.map(({ day, name }) => (
          <label key={day}>
            <input type="checkbox" name={day} defaultChecked /> {t('duty.holiday', { name, day: dayName(day) })}
          </label>
        ))}
      </fieldset>
    </DutyForm>
  );
}

/** Takes a closure away: the office is open on those days. */
export const EndClosure = ({ duty, closure, onClose }: Props & { closure: Closure }): VNode => (
  <DutyForm
    title={t('duty.end_closure')}
    act={t('duty.end_closure')}
    view={duty.view}
    onClose={onClose}
    send={(_, accept) => duty.plan({ closures: duty.view.closures.filter(({ first }) => first !== closure.first) }, accept)}
  >
    <p>{t('duty.end_closure_why', { why: closure.why })}</p>
  </DutyForm>
);
