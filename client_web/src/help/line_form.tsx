/** One number of the association's own. */

import { useId } from 'preact/hooks';
import type { VNode } from 'preact';
import { language } from '../locales/language';
import { t, type Key } from '../locales/text';
import { FormDialog } from '../shell/fields';
import type { Hours, KeptLine } from '../wire/help';
import { newId } from '../wire/ids';
import { Refusal } from '../wire/refusal';

interface Props {
  line: KeptLine | null;
  onClose: () => void;
  onKeep: (line: KeptLine) => void;
}

const WEEK = [1, 2, 3, 4, 5, 6, 7];

export function LineForm({ line, onClose, onKeep }: Props): VNode {
  const chat = Array.isArray(line?.chat) ? (line.chat as unknown as Hours) : undefined;
  const save = async (fields: Record<string, string>): Promise<void> => {
    const hours = pair(fields['opens'], fields['closes'], 'helplines.closes');
    const chatting = pair(fields['chat_opens'], fields['chat_closes'], 'helplines.chat_closes');
    const days = WEEK.filter((day) => fields[`day_${day}`]);
    onKeep({
      id: line?.id ?? newId(),
      number: fields['number']!,
      audience: fields['audience']!,
      source: fields['source']!,
      checked: fields['checked']!,
      hidden: line?.hidden ?? false,
      danger: 'danger' in fields,
      sms: 'sms' in fields,
      free: 'free' in fields,
      ...(hours ? { hours } : {}),
      ...(chatting ? { chat: chatting } : {}),
      ...(days.length ? { days } : {}),
      ...(fields['age_from'] ? { age_from: Number(fields['age_from']) } : {}),
      ...(fields['age_to'] ? { age_to: Number(fields['age_to']) } : {}),
    });
  };
  return (
    <FormDialog title={t(line ? 'helplines.edit' : 'helplines.add')} act={t('helplines.keep')} onClose={onClose} save={save}>
      <Line label="helplines.number" name="number" value={line?.number} required inputMode="tel" pattern="\+?[0-9][0-9 .]{1,28}" />
      <Line label="helplines.audience" name="audience" value={line?.audience} hint="helplines.audience_hint" required maxLength={120} />
      <Line label="helplines.source" name="source" value={line?.source} hint="helplines.source_hint" required maxLength={300} />
      <Line label="helplines.checked_on" name="checked" value={line?.checked} type="date" required />
      <Tick label="helplines.is_danger" name="danger" on={line?.danger} />
      <Tick label="helplines.is_sms" name="sms" on={line?.sms} />
      <Tick label="helplines.is_free" name="free" on={line?.free} />
      <Line label="helplines.opens" name="opens" value={line?.hours?.[0]} type="time" hint="helplines.hours_hint" />
      <Line label="helplines.closes" name="closes" value={line?.hours?.[1]} type="time" />
      <fieldset class="field line-days">
        <legend>{t('helplines.days')}</legend>
        {WEEK.map((day) => (
          <label key={day}>
            <input type="checkbox" name={`day_${day}`} defaultChecked={line?.days?.includes(day) ?? false} /> {nameOf(day)}
          </label>
        ))}
        <span class="hint">{t('helplines.days_hint')}</span>
      </fieldset>
      <Line label="helplines.chat_opens" name="chat_opens" value={chat?.[0]} type="time" />
      <Line label="helplines.chat_closes" name="chat_closes" value={chat?.[1]} type="time" />
      <Line label="helplines.age_from" name="age_from" value={line?.age_from?.toString()} type="number" />
      <Line label="helplines.age_to" name="age_to" value={line?.age_to?.toString()} type="number" />
    </FormDialog>
  );
}

interface LineProps {
  label: Key;
  name: string;
  value: string | undefined;
  hint?: Key;
  type?: 'text' | 'date' | 'time' | 'number';
  required?: boolean;
  inputMode?: 'tel';
  pattern?: string;
  maxLength?: number;
}

function Line({ label, name, value = '', hint, type = 'text', ...more }: LineProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{t(label)}</label>
      <input id={id} name={name} {...({ type } as { type: 'text' })} defaultValue={value} autocomplete="off" {...(hint ? { 'aria-describedby': `${id}-hint` } : {})} {...(type === 'number' ? { min: 0, max: 120 } : {})} {...more} />
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {t(hint)}
        </span>
      )}
    </p>
  );
}

const Tick = ({ label, name, on }: { label: Key; name: string; on: boolean | undefined }): VNode => (
  <p class="field field-check">
    <label>
      <input type="checkbox" name={name} defaultChecked={on ?? false} /> {t(label)}
    </label>
  </p>
);

/** 22 November 2026 was a Sunday. */
const nameOf = (day: number): string => new Intl.DateTimeFormat(language.value, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 10, 22 + day));

/** Raises a Refusal with what is missing of the two. */
function pair(from: string | undefined, to: string | undefined, missing: Key): Hours | undefined {
  if (!from && !to) return undefined;
  if (!from || !to) throw new Refusal({ code: 'bad_request', message: t('admin.missing', { field: t(missing).toLowerCase() }) });
  return [from.slice(0, 5), to.slice(0, 5)];
}
