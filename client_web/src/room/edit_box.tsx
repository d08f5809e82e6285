/** A message of one's own while it is being changed, in its place in the conversation. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { helpCard } from '../help/call_for_help';
import { t } from '../locales/text';
import { ask } from '../wire/link';
import { edits } from './drafts';
import { afterEdit } from './editing';
import type { Entry } from './log';
import { MendForm, useMend } from './mend_form';
import { roomOf } from './rooms';
import { leftFor, meansToSend, useGrowingArea } from './writing';

export function EditBox({ room, entry, onClose }: { room: number; entry: Entry; onClose: () => void }): VNode {
  const place = `${room}:${entry.seq}`;
  const before = entry.edit?.body ?? entry.body;
  const draft = useSignal(edits.get(place) ?? before);
  const field = useGrowingArea(draft.value);
  const mend = useMend(field);
  const id = useId();
  const left = leftFor(draft.value);

  const close = (): void => {
    edits.delete(place);
    onClose();
  };
  const save = async (): Promise<void> => {
    const body = draft.peek().trim();
    if (mend.busy.peek() || !body || left < 0) return;
    if (body === entry.body && entry.state !== 'returned') return close();
    if (mend.offline) return;
    await mend.attempt(async () => {
      const answer = await ask('chat:edit', { room, seq: entry.seq, body });
      if (answer.help) helpCard.value = 'shown';
      if (answer.state === 'blocked') return t('mend.blocked');
      roomOf(room).heard(afterEdit(entry, body, answer));
      return close();
    });
  };

  return (
    <MendForm
      mend={mend}
      act={entry.state === 'returned' ? 'mend.send_again' : 'mend.save'}
      offline="mend.offline"
      empty={left < 0 || !draft.value.trim()}
      onSubmit={save}
      onClose={close}
    >
      <label class="visually-hidden" for={id}>
        {t('mend.edit_label')}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        value={draft.value}
        aria-describedby={`${id}-keys`}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
          edits.set(place, draft.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
          if (!meansToSend(event)) return;
          event.preventDefault();
          void save();
        }}
      />
      <span id={`${id}-keys`} class="visually-hidden">
        {t('mend.keys')}
      </span>
      {left < 0 && <p class="problem">{t('composer.over', { count: -left })}</p>}
    </MendForm>
  );
}
