/** Ten recovery codes, shown this once. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';

export function RecoverySheet({ codes, onKept }: { codes: readonly string[]; onKept: () => void }): VNode {
  const title = useRef<HTMLHeadingElement>(null);
  const copied = useSignal(false);
  useEffect(() => title.current?.focus(), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      copied.value = true;
    } catch {
      // No right to the clipboard: the codes stand there to be written down.
    }
  };
  return (
    <section class="recovery" aria-labelledby="recovery-title">
      <h2 id="recovery-title" ref={title} tabIndex={-1}>
        {t('second.recovery_title')}
      </h2>
      <p>{t('second.recovery_why')}</p>
      <ol class="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={onKept}>
          {t('second.recovery_kept')}
        </button>
        <button type="button" class="button button-plain" onClick={() => void copy()}>
          {t('second.copy')}
        </button>
        <button type="button" class="button button-plain" onClick={() => print()}>
          {t('second.print')}
        </button>
      </div>
      <p class="hint" role="status">
        {copied.value ? t('second.copied') : ''}
      </p>
    </section>
  );
}
