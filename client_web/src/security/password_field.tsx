/** A password that can be shown, pasted, and filled in by the browser's keeper of passwords. */

import { useSignal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';

interface Props {
  label: string;
  value: Signal<string>;
  autocomplete: 'current-password' | 'new-password';
  hint?: string;
}

export function PasswordField({ label, value, autocomplete, hint }: Props): VNode {
  const id = useId();
  const shown = useSignal(false);
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <span class="with-button">
        <input
          id={id}
          {...(shown.value ? { type: 'text' as const } : { type: 'password' as const })}
          autocomplete={autocomplete}
          autocapitalize="none"
          spellcheck={false}
          aria-describedby={hint ? `${id}-hint` : undefined}
          value={value.value}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
        <button type="button" class="quiet-button" aria-pressed={shown.value} aria-label={t('signin.show_password')} onClick={() => (shown.value = !shown.value)}>
          {t(shown.value ? 'signin.hide' : 'signin.show')}
        </button>
      </span>
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </p>
  );
}
