/** How the association watches over calls: how long professionals announce themselves, and which adult must be there. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Problem } from '../shell/refused';
import type { Adult, CallPolicy } from '../wire/account';
import { usePolicy } from './decided';

const BANDS = ['under_15', 'under_18'] as const;
const ADULTS: readonly Adult[] = ['none', 'mentor', 'professional'];

export function CallPolicyCard(): VNode {
  const { found, problem, done, change } = usePolicy<CallPolicy>('policy/calls');
  return (
    <section class="card" aria-labelledby="call-policy-title">
      <h2 id="call-policy-title">{t('admin.calls')}</h2>
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem.value} />
      <p class="field">
        <label for="call-policy-announce">{t('admin.calls.announce')}</label>
        <input
          id="call-policy-announce"
          type="number"
          inputMode="numeric"
          min={5}
          max={60}
          value={found.value?.announce_s ?? ''}
          disabled={found.value === null}
          aria-describedby="call-policy-announced"
          onChange={(event) => change({ announce_s: Number(event.currentTarget.value) })}
        />
        <span class="hint" id="call-policy-announced">
          {t('admin.calls.announce_hint')}
        </span>
      </p>
      {BANDS.map((band) => (
        <p class="field" key={band}>
          <label for={`call-policy-${band}`}>{t(`admin.calls.${band}`)}</label>
          <select
            id={`call-policy-${band}`}
            value={found.value?.[band] ?? ''}
            disabled={found.value === null}
            aria-describedby="call-policy-adult"
            onChange={(event) => change({ [band]: event.currentTarget.value as Adult })}
          >
            {ADULTS.map((adult) => (
              <option key={adult} value={adult}>
                {t(`admin.calls.${adult}`)}
              </option>
            ))}
          </select>
        </p>
      ))}
      <p class="hint" id="call-policy-adult">
        {t('admin.calls.adult_hint')}
      </p>
    </section>
  );
}
