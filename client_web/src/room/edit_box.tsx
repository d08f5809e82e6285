/** A message of one's own while it is being changed, in its place in the conversation. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { helpCard } from '../help/call_for_help';
import { t } from '../locales/text';
import { ask, link } from '../wire/link';
import { Refusal } from '../wire/refusal';
import { afterEdit } from './editing';
import type { Entry } from './log';
import { roomOf } from './rooms';

const LIMIT = 4_000; // code points, as docs/protocol.md says

/** What was being written, while the page lives: a page that is left and a network that goes lose nothing. */
const drafts = new Map<string, string>();

export function EditBox({ room, entry, onClose }: { room: number; entry: Entry; onClose: () => void }): VNode {
  const place = `${room}:${entry.seq}`;
  const before = entry.edit?.body ?? entry.body;
  const draft = useSignal(drafts.get(place) ?? before);
  const problem = useSignal('');
  const busy = useSignal(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const left = LIMIT - [...draft.value].length;
  const offline = link.value !== 'online';

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [draft.value]);
  useLayoutEffect(() => {
    const area = field.current;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
    area?.closest('form')?.scrollIntoView({ block: 'nearest' });
  }, []);

  const close = (): void => {
    drafts.delete(place);
    onClose();
  };
  const save = async (): Promise<void> => {
    const body = draft.peek().trim();
    if (busy.peek() || !body || left < 0) return;
    if (body === entry.body && entry.state !== 'returned') return close();
    if (offline) return;
    busy.value = true;
    problem.value = '';
    try {
      const answer = await ask('chat:edit', { room, seq: entry.seq, body });
      if (answer.help) helpCard.value = 'shown';
      if (answer.state === 'blocked') problem.value = t('mend.blocked');
      else {
        roomOf(room).heard(afterEdit(entry, body, answer));
        close();
      }
    } catch (error) {
      problem.value = error instanceof Refusal && error.message ? error.message : t('error.unreachable');
    }
    busy.value = false;
  };

  return (
    <form
      class="mend"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
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
          drafts.set(place, draft.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !matchMedia('(hover: hover) and (pointer: fine)').matches) return;
          event.preventDefault();
          void save();
        }}
      />
      <span id={`${id}-keys`} class="visually-hidden">
        {t('mend.keys')}
      </span>
      {left < 0 && <p class="problem">{t('composer.over', { count: -left })}</p>}
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {offline && <p class="notice notice-offline">{t('mend.offline')}</p>}
      <p class="mend-acts">
        <button type="submit" class="button" disabled={busy.value || offline || left < 0 || !draft.value.trim()}>
          {t(busy.value ? 'mend.busy' : entry.state === 'returned' ? 'mend.send_again' : 'mend.save')}
        </button>
        <button type="button" class="quiet-button" onClick={close}>
          {t('app.cancel')}
        </button>
      </p>
    </form>
  );
}
