/** Fields of a long form that keep what is written as it is written: a draft, sent as a whole. */

import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';

interface Props {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  missing?: boolean;
  hint?: string;
}

export function Line({ label, name, value, onChange, missing = false, hint, type = 'text' }: Props & { type?: 'text' | 'date' }): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input id={id} name={name} {...(type === 'date' ? { type: 'date' as const } : {})} value={value} autocomplete="off" {...marks(id, missing, hint)} onInput={(event) => onChange(event.currentTarget.value)} />
      <Said id={id} missing={missing} hint={hint} />
    </p>
  );
}

export function Text({ label, name, value, onChange, missing = false, hint, rows = 4 }: Props & { rows?: number }): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <textarea id={id} name={name} rows={rows} value={value} maxLength={4000} {...marks(id, missing, hint)} onInput={(event) => onChange(event.currentTarget.value)} />
      <Said id={id} missing={missing} hint={hint} />
    </p>
  );
}

interface PickProps extends Props {
  options: readonly (readonly [value: string, text: string])[];
}

export function Pick({ label, name, value, onChange, missing = false, hint, options }: PickProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} value={value} {...marks(id, missing, hint)} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
      <Said id={id} missing={missing} hint={hint} />
    </p>
  );
}

export function Tick({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }): VNode {
  return (
    <p class="field field-check">
      <label>
        <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
      </label>
    </p>
  );
}

const marks = (id: string, missing: boolean, hint: string | undefined): object => ({
  ...(missing && { 'aria-invalid': true }),
  ...((missing || hint) && { 'aria-describedby': `${id}-hint` }),
});

const Said = ({ id, missing, hint }: { id: string; missing: boolean; hint: string | undefined }): VNode | null =>
  missing || hint ? (
    <span class={missing ? 'hint relay-missing' : 'hint'} id={`${id}-hint`}>
      {missing ? t('relay.missing') : ''} {hint}
    </span>
  ) : null;
