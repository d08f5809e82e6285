/** A form for the plan. What would leave a time to nobody is said, time by time, and is saved only by who says that they know. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { t } from '../locales/text';
import { FormDialog } from '../shell/fields';
import type { DutyView, Gap } from '../wire/duty';
import { Refusal } from '../wire/refusal';
import { span } from './spoken';

interface Props {
  title: string;
  act?: string;
  view: DutyView;
  onClose: () => void;
  /** Throws what the server said. */
  send: (fields: Record<string, string>, accept: boolean) => Promise<void>;
  children: ComponentChildren;
}

const SHOWN = 8;

export function DutyForm({ view, send, onClose, children, ...more }: Props): VNode {
  const gaps = useSignal<readonly Gap[]>([]);
  const save = async (fields: Record<string, string>): Promise<void> => {
    try {
      await send(fields, fields['accept_gaps'] === 'on');
    } catch (error) {
      gaps.value = error instanceof Refusal ? error.gaps : [];
      throw error;
    }
    onClose();
  };
  return (
    <FormDialog {...more} onClose={onClose} save={save}>
      {children}
      {gaps.value.length > 0 && (
        <div class="duty-question">
          <p>
            <strong>{t('duty.would_be_nobody')}</strong>
          </p>
          <GapList gaps={gaps.value.slice(0, SHOWN)} zone={view.zone} />
          {gaps.value.length > SHOWN && <p>{t('duty.more_gaps', { count: gaps.value.length - SHOWN })}</p>}
          <p class="field field-check">
            <label>
              <input type="checkbox" name="accept_gaps" /> {t('duty.accept')}
            </label>
          </p>
        </div>
      )}
    </FormDialog>
  );
}

export const GapList = ({ gaps, zone }: { gaps: readonly Gap[]; zone: string }): VNode => (
  <ul class="duty-gaps">
    {gaps.map((gap) => (
      <li key={gap.begins}>{span(gap, zone)}</li>
    ))}
  </ul>
);

interface TimeProps {
  label: string;
  name: string;
  value?: string;
  required?: boolean;
  type?: 'time' | 'date';
  min?: string;
}

/** A time or a day, with what it was. */
export const When = ({ label, type = 'time', required = true, ...field }: TimeProps): VNode => (
  <label class="duty-when">
    {label}
    <input type={type} required={required} {...field} />
  </label>
);
