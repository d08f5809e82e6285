/** What the association decided for all its people. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { Problem } from '../shell/refused';
import { HELPLINES, RULES } from '../shell/route';
import type { Policy } from '../wire/account';
import { usePolicy } from './decided';

export function PolicyCard(): VNode {
  const { found, problem, done, change } = usePolicy<Policy>('policy');
  return (
    <section class="card" aria-labelledby="policy-title">
      <h2 id="policy-title">{t('admin.policy')}</h2>
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem.value} />
      <p class="field field-check">
        <label>
          <input
            type="checkbox"
            checked={found.value?.direct_calls ?? false}
            disabled={found.value === null}
            aria-describedby="policy-direct"
            onChange={(event) => change({ direct_calls: event.currentTarget.checked })}
          />{' '}
          {t('admin.direct_calls')}
        </label>
        <span class="hint" id="policy-direct">
          {t('admin.direct_calls_hint')}
        </span>
      </p>
      <p class="field">
        <label for="policy-silence-days">{t('admin.silence_days')}</label>
        <input
          id="policy-silence-days"
          type="number"
          inputMode="numeric"
          min={7}
          max={180}
          value={found.value?.silence_days ?? ''}
          disabled={found.value === null}
          aria-describedby="policy-silence"
          onChange={(event) => change({ silence_days: Number(event.currentTarget.value) })}
        />
        <span class="hint" id="policy-silence">
          {t('admin.silence_days_hint')}
        </span>
      </p>
      <a class="quiet-button admin-rules" href={HELPLINES}>
        <Icon name="help" />
        {t('app.helplines')}
      </a>
      <a class="quiet-button admin-rules" href={RULES}>
        <Icon name="settings" />
        {t('rules.title')}
      </a>
    </section>
  );
}
