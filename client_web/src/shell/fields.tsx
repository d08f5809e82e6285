/** Labelled fields, and a form in a window that says plainly what the server would not have. */

import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { Refusal } from '../wire/refusal';
import { Dialog } from './dialog';
import { Problem, useAttempt } from './refused';

interface FieldProps {
  label: string;
  name: string;
  hint?: string;
  required?: boolean;
}

interface LineProps extends FieldProps {
  type?: 'text' | 'date';
  min?: string;
  max?: string;
}

export function Field({ label, name, hint, type = 'text', required = true, ...bounds }: LineProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input id={id} name={name} {...(type === 'date' ? { type: 'date' as const } : {})} required={required} autocomplete="off" {...describedBy(id, hint)} {...bounds} />
      <Hint id={id} hint={hint} />
    </p>
  );
}

interface AreaProps extends FieldProps {
  rows?: number;
  minLength?: number;
  maxLength?: number;
  value?: string;
}

export function Area({ label, name, hint, required = true, rows = 2, value = '', ...bounds }: AreaProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <textarea id={id} name={name} rows={rows} required={required} defaultValue={value} {...describedBy(id, hint)} {...bounds} />
      <Hint id={id} hint={hint} />
    </p>
  );
}

const describedBy = (id: string, hint: string | undefined): object => (hint ? { 'aria-describedby': `${id}-hint` } : {});

const Hint = ({ id, hint }: { id: string; hint: string | undefined }): VNode | null =>
  hint ? (
    <span class="hint" id={`${id}-hint`}>
      {hint}
    </span>
  ) : null;

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
        {value === undefined && options.length !== 1 && <option value="">{t('admin.choose')}</option>}
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
  /** What its button does, when that is more than to keep what was written. */
  act?: string;
  onClose: () => void;
  /** Sends the fields, empty ones left out. Throws what the server said. */
  save: (fields: Record<string, string>) => Promise<void>;
  children: ComponentChildren;
}

export function FormDialog({ title, act = t('admin.save'), onClose, save, children }: FormProps): VNode {
  const { busy, problem, attempt } = useAttempt();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void attempt(async () => {
      const wrong = form.querySelector<HTMLInputElement | HTMLSelectElement>(':invalid:not(fieldset)');
      if (wrong) {
        wrong.focus();
        return t(wrong.validity.valueMissing ? 'admin.missing' : 'admin.check', { field: wrong.labels?.[0]?.textContent?.toLowerCase() ?? '' });
      }
      const fields = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()] as const);
      try {
        await save(Object.fromEntries(fields.filter(([, value]) => value !== '')));
      } catch (error) {
        if (error instanceof Refusal && error.field) form.querySelector<HTMLElement>(`[name=${CSS.escape(error.field)}]`)?.focus();
        throw error;
      }
      return undefined;
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form noValidate onSubmit={(event) => submit(event as SubmitEvent)}>
        <Problem sentence={problem.value} />
        {children}
        <div class="dialog-acts">
          <button type="submit" class="button" disabled={busy.value}>
            {act}
          </button>
          <button type="button" class="button button-plain" onClick={onClose}>
            {t('app.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
