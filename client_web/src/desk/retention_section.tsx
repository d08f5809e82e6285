/** For how long what is kept, and what would go this night. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t, tOr } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import type { Purpose } from '../wire/data';
import { http } from '../wire/http';

export function RetentionSection(): VNode {
  const loaded = useLoaded<{ purposes: Purpose[] }>('data/retention');
  return (
    <section aria-labelledby="retention-title">
      <h2 id="retention-title">{t('desk.retention')}</h2>
      <p>{t('desk.retention_why')}</p>
      <Awaited of={loaded}>
        {({ purposes }) => (
          <ul class="requests">
            {purposes.map((purpose) => (
              <One key={purpose.purpose} purpose={purpose} onChange={loaded.load} />
            ))}
          </ul>
        )}
      </Awaited>
    </section>
  );
}

function One({ purpose, onChange }: { purpose: Purpose; onChange: () => Promise<void> }): VNode {
  const days = useSignal(purpose.days);
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const fixed = purpose.least === purpose.most;
  const save = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      await http('PUT', 'data/retention', { purpose: purpose.purpose, days: days.peek() });
      await onChange();
    });
  };
  return (
    <li class="card">
      <form onSubmit={save}>
        <p>
          <strong>{tOr(`desk.purpose.${purpose.purpose}`, 'desk.purpose.other')}</strong>
        </p>
        {!fixed && (
          <p>
            {t('desk.tonight', { count: purpose.count })}
            {purpose.held > 0 && ` ${t('desk.tonight_held', { count: purpose.held })}`}
          </p>
        )}
        <Problem sentence={problem.value} />
        <p class="field">
          <label for={field}>{t('desk.days')}</label>
          <input id={field} type="number" min={purpose.least} max={purpose.most} required readOnly={fixed} value={days.value} onInput={(event) => (days.value = Number(event.currentTarget.value))} aria-describedby={`${field}-hint`} />
          <span class="hint" id={`${field}-hint`}>
            {fixed ? t('desk.fixed') : t('desk.bounds', { least: purpose.least, most: purpose.most })}
          </span>
        </p>
        <button type="submit" class="button button-soft" disabled={busy.value || days.value === purpose.days}>
          {t('desk.save_days')}
        </button>
      </form>
    </li>
  );
}
