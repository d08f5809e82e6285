/** A form of one field, which says what is wrong with it and keeps what was typed. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Problem, useAttempt } from '../shell/refused';

interface Props {
  label: string;
  act: string;
  hint?: string;
  kind: 'code' | 'login' | 'pin' | 'password';
  /** It stands because it was asked for. */
  focus?: boolean;
  /** Does it. What it returns, or the refusal that it throws, is the problem. */
  send: (text: string) => Promise<string | void>;
  children?: ComponentChildren;
}

const INPUTS = {
  code: { autocomplete: 'one-time-code', autocapitalize: 'characters', spellcheck: false },
  login: { autocomplete: 'username', autocapitalize: 'none', spellcheck: false },
  pin: { type: 'password', inputMode: 'numeric', autocomplete: 'off' },
  password: { type: 'password', autocomplete: 'new-password' },
} as const;

export function OneField({ label, act, hint, kind, focus, send, children }: Props): VNode {
  const id = useId();
  const text = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  const { busy, problem, attempt } = useAttempt();
  useEffect(() => {
    if (focus) field.current?.focus();
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await attempt(() => send(text.peek().trim()));
    if (problem.peek()) field.current?.focus();
  };
  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <Problem sentence={problem.value} />
      {children}
      <p class="field">
        <label for={id}>{label}</label>
        <input
          ref={field}
          id={id}
          {...(INPUTS[kind] as object)}
          value={text.value}
          aria-describedby={hint ? `${id}-hint` : undefined}
          {...(problem.value ? { 'aria-invalid': true } : {})}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        {hint && (
          <span class="hint" id={`${id}-hint`}>
            {hint}
          </span>
        )}
      </p>
      <button type="submit" class="button button-wide" disabled={busy.value || text.value.trim() === ''}>
        {act}
      </button>
    </form>
  );
}
