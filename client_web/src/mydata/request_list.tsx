/** One's requests: what was asked, where it stands, who does what next, and by when. */

import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { Problem, useAttempt } from '../shell/refused';
import type { DataRequest } from '../wire/data';
import { http } from '../wire/http';

interface Props {
  requests: readonly DataRequest[];
  onChange: () => Promise<void>;
}

export const RequestList = ({ requests, onChange }: Props): VNode =>
  requests.length === 0 ? (
    <p class="empty">{t('mydata.no_request')}</p>
  ) : (
    <ul class="requests">
      {requests.map((request) => (
        <One key={request.id} request={request} onChange={onChange} />
      ))}
    </ul>
  );

function One({ request, onChange }: { request: DataRequest; onChange: () => Promise<void> }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const mine = me.value?.account.id;
  const open = request.state === 'received' || request.state === 'taken';
  return (
    <li class="card">
      <p>
        <strong>{t(`mydata.kind.${request.kind}`)}</strong>
        {request.about.id !== mine && ` (${request.about.name})`}
      </p>
      {request.words && <blockquote>{request.words}</blockquote>}
      <ol class="steps">
        <li>{t('mydata.step_made', { day: dayOf(request.at), name: request.by.name })}</li>
        {request.taken_at && <li>{t('mydata.step_taken', { day: dayOf(request.taken_at), name: request.taken_by ?? '' })}</li>}
        {request.extended_at && <li>{t('mydata.step_extended', { day: dayOf(request.extended_at), why: request.extended_why ?? '' })}</li>}
        {open && (
          <li aria-current="step">
            {t(request.state === 'received' ? 'mydata.next_received' : 'mydata.next_taken', { day: dayOf(request.due_on) })}
          </li>
        )}
        {request.ended_at && <li>{tOr(`mydata.step_${request.state}`, 'mydata.step_answered', { day: dayOf(request.ended_at), name: request.ended_by ?? '' })}</li>}
      </ol>
      {request.answer && <blockquote>{request.answer}</blockquote>}
      {request.aside && <p>{tOr(`mydata.aside.${request.kind}`, 'mydata.aside.restriction')}</p>}
      {request.aside_until && <p>{t('mydata.aside_until', { day: dayOf(request.aside_until) })}</p>}
      <Problem sentence={problem.value} />
      {open && request.by.id === mine && (
        <button
          type="button"
          class="quiet-button"
          disabled={busy.value}
          onClick={() =>
            void attempt(async () => {
              await http('POST', 'data/requests/withdraw', { id: request.id });
              await onChange();
            })
          }
        >
          {t('mydata.withdraw')}
        </button>
      )}
    </li>
  );
}
