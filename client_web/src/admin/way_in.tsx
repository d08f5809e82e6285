/** How a person comes in: the last invitation, a new one, and the sheet to hand over, shown once. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayAndHour } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { Problem, useAttempt } from '../shell/refused';
import type { Issued, Person } from '../wire/entry';
import { http } from '../wire/http';
import { Sheet } from './sheet';

export function WayIn({ person, onChange }: { person: Person; onChange: () => void }): VNode {
  const issued = useSignal<Issued | null>(null);
  const send = useSignal<'mail' | 'sms' | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const last = person.invitation;
  const young = person.role === 'mentee' || person.role === 'guardian';
  const issue = (password: boolean): void =>
    void attempt(async () => {
      const body = { ...(password ? { password } : {}), ...(send.peek() ? { send: send.peek() } : {}) };
      issued.value = await http<Issued>('POST', `accounts/${person.id}/invitation`, body);
      onChange();
    });
  const revoke = (): void =>
    void attempt(async () => {
      await http('DELETE', `accounts/${person.id}/invitation`);
      onChange();
    });
  const choice = (way: 'mail' | 'sms', label: string): VNode => (
    <p class="field field-check">
      <label>
        <input type="checkbox" checked={send.value === way} onChange={(event) => (send.value = event.currentTarget.checked ? way : null)} /> {label}
      </label>
    </p>
  );
  return (
    <section class="card" aria-labelledby="way-title">
      <h2 id="way-title">{t('person.way_in')}</h2>
      <Problem sentence={problem.value} />
      {last && (
        <p role="status">
          {t('person.last', { at: dayAndHour(new Date(last.at)) })} {t(`person.invitation.${last.state}`, { until: dayAndHour(new Date(last.until)) })}{' '}
          {last.delivery && tOr(`person.delivery.${last.delivery}`, 'person.delivery.queued', { why: tOr(`person.failure.${last.failure ?? ''}`, 'person.failure.other') })}
        </p>
      )}
      {person.email && choice('mail', t('person.send_mail'))}
      {person.phone && choice('sms', t('person.send_sms'))}
      <div class="way-acts">
        {young && (
          <button type="button" class="button" disabled={busy.value} onClick={() => issue(false)}>
            {t('person.invite_device')}
          </button>
        )}
        <button type="button" class={young ? 'button button-soft' : 'button'} disabled={busy.value} onClick={() => issue(true)}>
          {t(person.password ? 'person.reset' : 'person.invite_password')}
        </button>
        {last?.state === 'open' && (
          <button type="button" class="button button-plain" disabled={busy.value} onClick={revoke}>
            {t('person.revoke')}
          </button>
        )}
      </div>
      <p class="hint">{t('person.replaces')}</p>
      {issued.value && <Sheet young={person.role === 'mentee'} issued={issued.value} onClose={() => (issued.value = null)} />}
    </section>
  );
}
