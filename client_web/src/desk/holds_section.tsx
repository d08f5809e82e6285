/** Legal holds: what may not go for now, and placing one. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { day } from '../locales/moments';
import { t } from '../locales/text';
import { Problem, refusedBecause, useAttempt } from '../shell/refused';
import type { Account, Pair } from '../wire/account';
import type { LegalHold } from '../wire/data';
import { http } from '../wire/http';

export function HoldsSection(): VNode {
  const holds = useSignal<readonly LegalHold[]>([]);
  const failed = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const load = async (): Promise<void> => {
    try {
      holds.value = (await http<{ holds: LegalHold[] }>('GET', 'data/holds')).holds;
    } catch (error) {
      failed.value = refusedBecause(error);
    }
  };
  useEffect(() => void load(), []);
  const end = (hold: LegalHold): Promise<void> =>
    attempt(async () => {
      await http('POST', `data/holds/${hold.id}/end`);
      await load();
    });
  return (
    <section aria-labelledby="holds-title">
      <h2 id="holds-title">{t('desk.holds')}</h2>
      <p>{t('desk.holds_why')}</p>
      <Problem sentence={failed.value || problem.value} />
      <ul class="requests">
        {holds.value.map((hold) => (
          <li key={hold.id} class="card">
            <p>
              <strong>{hold.people.join(' · ')}</strong>
            </p>
            <p>{hold.reason}</p>
            <p>
              {hold.ended_at ? t('desk.hold_ended', { day: day(new Date(hold.ended_at)) }) : t('desk.hold_until', { name: hold.by, day: day(new Date(hold.until)) })}
            </p>
            {!hold.ended_at && !hold.told_at && hold.untold_until && <p>{t('desk.hold_untold', { day: day(new Date(hold.untold_until)) })}</p>}
            {!hold.ended_at && (
              <button type="button" class="button button-plain" disabled={busy.value} onClick={() => void end(hold)}>
                {t('desk.hold_end')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <NewHold onPlaced={load} />
    </section>
  );
}

function NewHold({ onPlaced }: { onPlaced: () => Promise<void> }): VNode {
  const about = useSignal<readonly (readonly [value: string, text: string])[]>([]);
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const later = useSignal(false);
  const open = async (): Promise<void> => {
    if (about.peek().length) return;
    const [people, pairs] = await Promise.all([http<{ accounts: Account[] }>('GET', 'accounts'), http<{ pairs: Pair[] }>('GET', 'pairs')]);
    about.value = [
      ...pairs.pairs.map((pair) => [`pair ${pair.id}`, `${pair.mentor.name} · ${pair.mentee.name}`] as const),
      ...people.accounts.map((one) => [`person ${one.id}`, `${one.name} (${one.login})`] as const),
    ];
  };
  const place = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const read = new FormData(form);
    const [kind, id] = String(read.get('about')).split(' ') as [string, string];
    const end = (name: string): string => new Date(`${String(read.get(name))}T23:59:00`).toISOString();
    void attempt(async () => {
      await http('POST', 'data/holds', {
        [kind]: id,
        reason: String(read.get('reason')),
        until: end('until'),
        ...(later.peek() && { untold_until: end('untold_until'), untold_why: String(read.get('untold_why')) }),
      });
      form.reset();
      later.value = false;
      await onPlaced();
    });
  };
  return (
    <details onToggle={() => void attempt(open)}>
      <summary>{t('desk.hold_new')}</summary>
      <form class="card" onSubmit={(event) => place(event as SubmitEvent)}>
        <Problem sentence={problem.value} />
        <p class="field">
          <label for={`${field}-about`}>{t('desk.hold_about')}</label>
          <select id={`${field}-about`} name="about" required>
            {about.value.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </p>
        <p class="field">
          <label for={`${field}-reason`}>{t('desk.hold_reason')}</label>
          <textarea id={`${field}-reason`} name="reason" rows={2} required maxLength={2000} />
        </p>
        <p class="field">
          <label for={`${field}-until`}>{t('desk.hold_end_day')}</label>
          <input id={`${field}-until`} name="until" type="date" required />
        </p>
        <p class="field field-check">
          <label>
            <input type="checkbox" checked={later.value} onChange={(event) => (later.value = event.currentTarget.checked)} /> {t('desk.hold_tell_later')}
          </label>
        </p>
        {later.value && (
          <>
            <p class="field">
              <label for={`${field}-untold`}>{t('desk.hold_tell_on')}</label>
              <input id={`${field}-untold`} name="untold_until" type="date" required />
            </p>
            <p class="field">
              <label for={`${field}-why`}>{t('desk.hold_tell_why')}</label>
              <textarea id={`${field}-why`} name="untold_why" rows={2} required maxLength={2000} />
            </p>
          </>
        )}
        <button type="submit" class="button" disabled={busy.value}>
          {t('desk.hold_place')}
        </button>
      </form>
    </details>
  );
}
