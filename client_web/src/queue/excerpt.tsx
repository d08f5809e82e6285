/** What was written, with what was found in it marked; blurred, for eyes and for screen readers, until it is asked for. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import type { Flag, Label } from '../wire/flag';
import { isNote } from './lists';
import { pieces } from './spans';
import { blur, holds } from './wellness';

export function Excerpt({ flag }: { flag: Flag }): VNode | null {
  if (isNote(flag)) return <blockquote class="excerpt">{t('voice.note')}</blockquote>;
  if (!flag.excerpt) return null;
  return (
    <Veiled severity={flag.severity}>
      <Marked text={flag.excerpt} labels={flag.labels} />
      {flag.edited !== undefined && (
        <>
          <p class="flag-more">{t('queue.says_now')}</p>
          <blockquote class="excerpt">{flag.edited}</blockquote>
        </>
      )}
    </Veiled>
  );
}

export const Marked = ({ text, labels }: { text: string; labels: readonly Label[] }): VNode => (
  <blockquote class="excerpt">
    {pieces(text, labels).map((piece) => (piece.marked ? <mark>{piece.text}</mark> : piece.text))}
  </blockquote>
);

/** Hides its content behind a press, as far as the reader wishes that for something of this severity. */
export function Veiled({ severity, children }: { severity: number; children: ComponentChildren }): VNode {
  const shown = useSignal(false);
  if (!holds(blur.value, severity)) return <>{children}</>;
  return (
    <div class={shown.value ? 'veiled is-shown' : 'veiled'}>
      <div aria-hidden={shown.value ? undefined : 'true'} inert={!shown.value} class="veiled-text">
        {children}
      </div>
      <button type="button" class="button button-soft veil" aria-expanded={shown.value} onClick={() => (shown.value = !shown.value)}>
        <Icon name={shown.value ? 'hidden' : 'eye'} />
        {t(shown.value ? 'queue.blur_again' : 'queue.show_text')}
      </button>
    </div>
  );
}
