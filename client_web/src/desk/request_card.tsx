/** One request on the desk: what was asked, how long is left, and what can be done about it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { dayOf } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { Problem, useAttempt } from '../shell/refused';
import type { DataRequest } from '../wire/data';
import { http } from '../wire/http';
import { ErasureDialog } from './erasure_dialog';

type Step = 'take' | 'extend' | 'answer' | 'refuse';

interface Props {
  request: DataRequest;
  onChange: () => Promise<void>;
}

export function RequestCard({ request, onChange }: Props): VNode {
  const writing = useSignal<Step | null>(null);
  const words = useSignal('');
  const erasing = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const open = !request.ended_at;
  const admin = me.value?.account.role === 'admin';
  const erasure = request.kind === 'erasure';
  const act = (step: Step): Promise<void> =>
    attempt(async () => {
      try {
        await http('POST', `data/desk/${request.id}/step`, { step, revision: request.revision, ...(step !== 'take' && { words: words.peek() }) });
        writing.value = null;
        words.value = '';
      } finally {
        await onChange(); // also when a colleague was faster
      }
    });
  const lift = (): Promise<void> =>
    attempt(async () => {
      await http('POST', `data/desk/${request.id}/lift`);
      await onChange();
    });
  const write = (step: Step): VNode => (
    <button type="button" class="button button-plain" disabled={busy.value} onClick={() => (writing.value = writing.value === step ? null : step)} aria-expanded={writing.value === step}>
      {t(`desk.${step}`)}
    </button>
  );
  return (
    <li class="card">
      <p>
        <strong>{t(`mydata.kind.${request.kind}`)}</strong> <span>{request.about.name}</span>
        {request.by.id !== request.about.id && ` (${t('desk.asked_by', { name: request.by.name })})`}
      </p>
      <p>{t('desk.came', { day: dayOf(request.at) })}</p>
      {open && (
        <p class={request.days < 0 ? 'due due-over' : request.days <= 7 ? 'due due-soon' : 'due'}>
          {request.days < 0 ? t('desk.late', { count: -request.days }) : t('desk.left', { count: request.days, day: dayOf(request.due_on) })}
        </p>
      )}
      {request.words && <blockquote>{request.words}</blockquote>}
      {request.taken_by && <p>{t('desk.taken_by', { name: request.taken_by })}</p>}
      {request.extended_why && <p>{t('desk.extended', { why: request.extended_why })}</p>}
      {request.ended_at && <p>{tOr(`mydata.step_${request.state}`, 'mydata.step_answered', { day: dayOf(request.ended_at), name: request.ended_by ?? '' })}</p>}
      {request.answer && <blockquote>{request.answer}</blockquote>}
      {request.aside && <p>{request.aside_until ? t('desk.aside_until', { day: dayOf(request.aside_until) }) : tOr(`desk.aside.${request.kind}`, 'desk.aside.restriction')}</p>}
      <Problem sentence={problem.value} />
      {request.state === 'answered' && request.aside && !request.aside_until && (
        <p class="acts">
          <button type="button" class="button button-plain" disabled={busy.value} onClick={() => void lift()}>
            {t('desk.lift')}
          </button>
        </p>
      )}
      {open && (
        <p class="acts">
          {request.state === 'received' && (
            <button type="button" class="button" disabled={busy.value} onClick={() => void act('take')}>
              {t('desk.take')}
            </button>
          )}
          {erasure && admin && (
            <button type="button" class="button" onClick={() => (erasing.value = true)}>
              {t('desk.erase')}
            </button>
          )}
          {!erasure && write('answer')}
          {(!erasure || admin) && write('refuse')}
          {!request.extended_at && request.days >= 0 && write('extend')}
          {request.kind === 'access' && (
            <a class="button button-plain" href={`/api/v1/data/export?person=${request.about.id}`} download>
              {t('desk.export')}
            </a>
          )}
        </p>
      )}
      {open && writing.value && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void act(writing.peek()!);
          }}
        >
          <p class="field">
            <label for={field}>{t(`desk.words_${writing.value}`)}</label>
            <textarea id={field} rows={3} required maxLength={2000} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
            <span class="hint">{t('desk.words_hint')}</span>
          </p>
          <button type="submit" class="button" disabled={busy.value}>
            {t(`desk.${writing.value}`)}
          </button>
        </form>
      )}
      {erasing.value && <ErasureDialog request={request} onClose={() => (erasing.value = false)} onDone={onChange} />}
    </li>
  );
}
