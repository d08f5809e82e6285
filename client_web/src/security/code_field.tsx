/** Where a code is typed or pasted: that of an app, or one of the sheet. */

import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../locales/text';

interface Props {
  code: Signal<string>;
  hint: string;
  wrong?: boolean;
  focus?: boolean;
}

export function CodeField({ code, hint, wrong, focus }: Props): VNode {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) box.current?.focus();
  }, []);
  return (
    <p class="field">
      <label for={id}>{t('second.code')}</label>
      <input
        ref={box}
        id={id}
        name="code"
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck={false}
        maxLength={40}
        aria-describedby={`${id}-hint`}
        {...(wrong ? { 'aria-invalid': true } : {})}
        value={code.value}
        onInput={(event) => (code.value = event.currentTarget.value)}
      />
      <span class="hint" id={`${id}-hint`}>
        {hint}
      </span>
    </p>
  );
}
