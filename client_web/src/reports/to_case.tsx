/** For a professional who reads a message: to put it into a case as evidence, instead of reporting it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { roomOf } from '../room/rooms';
import { useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { caseAddress } from '../shell/route';
import type { Case, CaseList } from '../wire/case';
import { http } from '../wire/http';

export function ToCase({ room, seq }: { room: number; seq: number }): VNode | null {
  const loaded = useLoaded<CaseList>('cases');
  const done = useSignal<Case | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const here = roomOf(room).card.value?.id;
  const seen = loaded.found.value?.cases.filter(({ sight }) => sight === 'whole') ?? [];
  const [near, far] = [seen.filter((one) => one.room === here), seen.filter((one) => one.room !== here)];
  const cases = [...near, ...far];
  const chosen = useSignal('');
  const into = chosen.value || near[0]?.id; // of a case about something else only what somebody chooses
  const add = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      done.value = await http<Case>('POST', `cases/${into}/messages`, { room: here, seq });
    });
  };
  if (cases.length === 0) return null;
  return (
    <section class="card" aria-labelledby={`${field}-title`}>
      <h2 id={`${field}-title`}>{t('report.to_case')}</h2>
      {done.value ? (
        <p role="status">
          {t('report.in_case', { reference: done.value.reference })} <a href={caseAddress(done.value.id)}>{t('report.see_case')}</a>
        </p>
      ) : (
        <form onSubmit={add}>
          <p class="field">
            <label for={field}>{t('report.which_case')}</label>
            <select id={field} onChange={(event) => (chosen.value = event.currentTarget.value)}>
              {near.length === 0 && <option value="">–</option>}
              {cases.map(({ id, reference, pair, about }) => (
                <option key={id} value={id}>
                  {[reference, pair ? `${pair.mentor} · ${pair.mentee}` : about?.name].filter(Boolean).join(' · ')}
                </option>
              ))}
            </select>
          </p>
          <Problem sentence={problem.value} />
          <button type="submit" class="button button-soft" disabled={busy.value || !into}>
            {t('report.add_to_case')}
          </button>
        </form>
      )}
    </section>
  );
}
