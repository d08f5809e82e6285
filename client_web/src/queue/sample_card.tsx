/** A decided flag as it was raised, to be judged once more without knowing what was decided. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { Problem } from '../shell/refused';
import type { Decision, Flag, Reason } from '../wire/flag';
import { Around } from './around';
import { Excerpt } from './excerpt';
import { Explanations, FlagFrame, Who } from './flag_frame';
import { offered, reasonsFor } from './lists';
import { busy, judgeSample, problems } from './queue';

export function SampleCard({ flag, first }: { flag: Flag; first: boolean }): VNode {
  const decision = useSignal<Decision | ''>('');
  const reason = useSignal<Reason | ''>('');
  const id = useId();
  const problem = problems.value.get(flag.id);
  return (
    <FlagFrame flag={flag} first={first}>
      <Who flag={flag} />
      <Excerpt flag={flag} />
      <Explanations flag={flag} />
      <Around flag={flag} />
      <Problem sentence={problem} />
      <form
        class="decision"
        onSubmit={(event) => {
          event.preventDefault();
          if (decision.value && reason.value) void judgeSample(flag, { decision: decision.value, reason: reason.value });
        }}
      >
        <p class="field">
          <label for={`${id}-decision`}>{t('queue.sample_what')}</label>
          <select
            id={`${id}-decision`}
            value={decision.value}
            onChange={(event) => {
              decision.value = event.currentTarget.value as Decision | '';
              reason.value = '';
            }}
          >
            <option value="">{t('admin.choose')}</option>
            {offered(flag).map((each) => (
              <option key={each} value={each}>
                {t(`queue.${each}`)}
              </option>
            ))}
          </select>
        </p>
        {decision.value && (
          <p class="field">
            <label for={`${id}-reason`}>{t('queue.why')}</label>
            <select id={`${id}-reason`} value={reason.value} onChange={(event) => (reason.value = event.currentTarget.value as Reason | '')}>
              <option value="">{t('admin.choose')}</option>
              {reasonsFor(decision.value).map((each) => (
                <option key={each} value={each}>
                  {t(`reason.${each}`)}
                </option>
              ))}
            </select>
          </p>
        )}
        <p class="decision-acts">
          <button type="submit" class="button" disabled={!decision.value || !reason.value || busy.value.has(flag.id)}>
            {t('queue.sample_send')}
          </button>
        </p>
      </form>
    </FlagFrame>
  );
}
