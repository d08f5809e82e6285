/** Labelled fields, and a form in a window that says plainly what the server would not have. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { Dialog } from '../shell/dialog';
import { Problem, refusedBecause } from '../shell/refused';
import { Refusal } from '../wire/refusal';

interface FieldProps {
  label: string;
  name: string;
  hint?: string;
  type?: 'text' | 'date';
  required?: boolean;
}

export function Field({ label, name, hint, type = 'text', required = true }: FieldProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input id={id} name={name} {...(type === 'date' ? { type: 'date' as const } : {})} required={required} autocomplete="off" aria-describedby={hint ? `${id}-hint` : undefined} />
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </p>
  );
}

interface ChoiceProps {
  label: string;
  name: string;
  options: readonly (readonly [value: string, text: string])[];
  value?: string;
  onChange?: (value: string) => void;
}

export function Choice({ label, name, options, value, onChange }: ChoiceProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} required onChange={(event) => onChange?.(event.currentTarget.value)}>
        {value === undefined && <option value="">{t('admin.choose')}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </p>
  );
}

interface FormProps {
  title: string;
  onClose: () => void;
  /** Sends the fields, empty ones left out. Throws what the server said. */
  save: (fields: Record<string, string>) => Promise<void>;
  children: ComponentChildren;
}

export function FormDialog({ title, onClose, save, children }: FormProps): VNode {
  const problem = useSignal('');
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const empty = form.querySelector<HTMLInputElement | HTMLSelectElement>(':invalid:not(fieldset)');
    if (empty) {
      problem.value = t('admin.missing', { field: empty.labels?.[0]?.textContent?.toLowerCase() ?? '' });
      empty.focus();
      return;
    }
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()] as const);
    busy.value = true;
    problem.value = '';
    try {
      await save(Object.fromEntries(fields.filter(([, value]) => value !== '')));
    } catch (error) {
      problem.value = refusedBecause(error);
      if (error instanceof Refusal && error.field) form.querySelector<HTMLElement>(`[name=${CSS.escape(error.field)}]`)?.focus();
    }
    busy.value = false;
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form noValidate onSubmit={(event) => void submit(event as SubmitEvent)}>
        <Problem sentence={problem.value} />
        {children}
        <div class="dialog-acts">
          <button type="submit" class="button" disabled={busy.value}>
            {t('admin.save')}
          </button>
          <button type="button" class="button button-plain" onClick={onClose}>
            {t('app.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
