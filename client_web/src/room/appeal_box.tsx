/** Asking for another look at a message of one's own, with a few words if one likes. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import { link } from '../wire/link';
import { Refusal } from '../wire/refusal';
import type { Entry } from './log';
import { askAppeal } from './mending';

const MOST_WORDS = 1_000; // code points, as docs/protocol.md says

export function AppealBox({ room, entry, onClose }: { room: number; entry: Entry; onClose: () => void }): VNode {
  const words = useSignal('');
  const problem = useSignal('');
  const busy = useSignal(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const offline = link.value !== 'online';
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.closest('form')?.scrollIntoView({ block: 'nearest' });
  }, []);
  const send = async (): Promise<void> => {
    busy.value = true;
    problem.value = '';
    try {
      await askAppeal(room, entry.seq, [...words.peek().trim()].slice(0, MOST_WORDS).join(''));
      announce(t('message.appeal_asked'));
      onClose();
    } catch (error) {
      problem.value = error instanceof Refusal && error.message ? error.message : t('error.unreachable');
    }
    busy.value = false;
  };
  return (
    <form
      class="mend"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p>{t('mend.appeal_lead')}</p>
      <p class="field">
        <label for={id}>{t('mend.appeal_words')}</label>
        <textarea id={id} ref={field} rows={2} maxLength={MOST_WORDS} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
      </p>
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {offline && <p class="notice notice-offline">{t('mend.appeal_offline')}</p>}
      <p class="mend-acts">
        <button type="submit" class="button" disabled={busy.value || offline}>
          {t(busy.value ? 'mend.busy' : 'mend.appeal_send')}
        </button>
        <button type="button" class="quiet-button" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </p>
    </form>
  );
}
