/** When the office is open, day by day, with a break if there is one. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import type { Opening } from '../wire/duty';
import type { Duty } from './acts';
import { DutyForm, When } from './duty_form';
import { weekdayName } from './spoken';

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const PARTS = [0, 1];

export function HoursForm({ duty, onClose }: { duty: Duty; onClose: () => void }): VNode {
  const { view } = duty;
  const was = (day: number, part: number): Opening | undefined => view.hours.filter((opening) => opening.day === day)[part];
  const send = (fields: Record<string, string>, accept: boolean): Promise<void> => {
    const hours = WEEK.flatMap((day) =>
      PARTS.map((part) => ({ day, begins: fields[`begins_${day}_${part}`] ?? '', ends: fields[`ends_${day}_${part}`] ?? '' })),
    );
    return duty.plan({ hours: hours.filter(({ begins, ends }) => begins !== '' || ends !== '') }, accept);
  };
  return (
    <DutyForm title={t('duty.hours')} view={view} onClose={onClose} send={send}>
      <p class="hint">{t('duty.hours_hint')}</p>
      {WEEK.map((day) => (
        <fieldset key={day} class="duty-edge">
          <legend>{weekdayName(day)}</legend>
          {PARTS.flatMap((part) => [
            <When key={`from${part}`} label={t('duty.from')} name={`begins_${day}_${part}`} value={was(day, part)?.begins ?? ''} required={false} />,
            <When key={`to${part}`} label={t('duty.to')} name={`ends_${day}_${part}`} value={was(day, part)?.ends ?? ''} required={false} />,
          ])}
        </fieldset>
      ))}
    </DutyForm>
  );
}
