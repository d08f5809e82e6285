/** Asking for another look at a message of one's own, with a few words if one likes. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import type { Entry } from './log';
import { MendForm, useMend } from './mend_form';
import { askAppeal } from './mending';

const MOST_WORDS = 1_000; // code points, as docs/protocol.md says

export function AppealBox({ room, entry, onClose }: { room: number; entry: Entry; onClose: () => void }): VNode {
  const words = useSignal('');
  const field = useRef<HTMLTextAreaElement>(null);
  const mend = useMend(field);
  const id = useId();
  const send = (): Promise<void> =>
    mend.attempt(async () => {
      await askAppeal(room, entry.seq, [...words.peek().trim()].slice(0, MOST_WORDS).join(''));
      announce(t('message.appeal_asked'));
      onClose();
    });
  return (
    <MendForm
      mend={mend}
      act="mend.appeal_send"
      offline="mend.appeal_offline"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      onSubmit={send}
      onClose={onClose}
    >
      <p>{t('mend.appeal_lead')}</p>
      <p class="field">
        <label for={id}>{t('mend.appeal_words')}</label>
        <textarea id={id} ref={field} rows={2} maxLength={MOST_WORDS} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
      </p>
    </MendForm>
  );
}
