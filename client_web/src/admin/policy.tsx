/** What the association decided for all its people. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { refusedBecause } from '../shell/refused';
import { RULES } from '../shell/route';
import type { Policy } from '../wire/account';
import { http } from '../wire/http';

interface Props {
  onSaved: (sentence: string) => void;
  onProblem: (sentence: string) => void;
}

export function PolicyCard({ onSaved, onProblem }: Props): VNode {
  const policy = useSignal<Policy | null>(null);
  const failed = (error: unknown): void => onProblem(refusedBecause(error));
  useEffect(() => void http<Policy>('GET', 'policy').then((found) => (policy.value = found), failed), []);
  const change = async (next: Policy): Promise<void> => {
    const before = policy.peek();
    policy.value = next;
    try {
      await http('PUT', 'policy', next);
      onSaved(t('admin.policy_saved'));
    } catch (error) {
      policy.value = before;
      failed(error);
    }
  };
  return (
    <section class="card" aria-labelledby="policy-title">
      <h2 id="policy-title">{t('admin.policy')}</h2>
      <p class="field field-check">
        <label>
          <input
            type="checkbox"
            checked={policy.value?.direct_calls ?? false}
            disabled={policy.value === null}
            aria-describedby="policy-direct"
            onChange={(event) => void change({ direct_calls: event.currentTarget.checked })}
          />{' '}
          {t('admin.direct_calls')}
        </label>
        <span class="hint" id="policy-direct">
          {t('admin.direct_calls_hint')}
        </span>
      </p>
      <a class="quiet-button admin-rules" href={RULES}>
        <Icon name="settings" />
        {t('rules.title')}
      </a>
    </section>
  );
}
