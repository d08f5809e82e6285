/** What the association decided for all its people. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { HELPLINES, RULES } from '../shell/route';
import type { Policy } from '../wire/account';
import { http } from '../wire/http';

export function PolicyCard(): VNode {
  const { found, problem, keep } = useLoaded<Policy>('policy');
  const done = useSignal('');
  const { problem: refused, attempt } = useAttempt();
  const change = (next: Policy): void => {
    const before = found.peek()!;
    keep(next);
    done.value = '';
    void attempt(async () => {
      try {
        await http('PUT', 'policy', next);
        done.value = t('admin.policy_saved');
      } catch (error) {
        keep(before);
        throw error;
      }
    });
  };
  return (
    <section class="card" aria-labelledby="policy-title">
      <h2 id="policy-title">{t('admin.policy')}</h2>
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem.value || refused.value} />
      <p class="field field-check">
        <label>
          <input
            type="checkbox"
            checked={found.value?.direct_calls ?? false}
            disabled={found.value === null}
            aria-describedby="policy-direct"
            onChange={(event) => change({ ...found.peek()!, direct_calls: event.currentTarget.checked })}
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
          onChange={(event) => change({ ...found.peek()!, silence_days: Number(event.currentTarget.value) })}
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
