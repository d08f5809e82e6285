/** What the association asks of a mentor before the first contact. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { Gates } from '../wire/pairs';
import { useLoaded } from './page';

export function GatesCard(): VNode {
  const { found, problem } = useLoaded<Gates>('policy/gates');
  const { busy, problem: refused, attempt } = useAttempt();
  const gates = found.value;
  const change = (next: Partial<Gates>): void => {
    const wanted = { ...gates!, ...next };
    void attempt(async () => {
      await http('PUT', 'policy/gates', wanted);
      found.value = wanted;
    });
  };
  const Tick = ({ name }: { name: 'vetting' | 'charter' | 'training' | 'welfare_blocks' }): VNode => (
    <p class="field field-check">
      <label>
        <input type="checkbox" checked={gates![name]} disabled={busy.value} onChange={(event) => change({ [name]: event.currentTarget.checked })} /> {t(`gates.${name}`)}
      </label>
    </p>
  );
  const Count = ({ name, max }: { name: 'vetting_months' | 'closed_readable_days'; max: number }): VNode => (
    <p class="field">
      <label for={`gates-${name}`}>{t(`gates.${name}`)}</label>
      <input
        id={`gates-${name}`}
        type="number"
        min={name === 'vetting_months' ? 1 : 0}
        max={max}
        value={gates![name]}
        onChange={(event) => event.currentTarget.checkValidity() && change({ [name]: event.currentTarget.valueAsNumber })}
      />
    </p>
  );
  return (
    <section class="card" aria-labelledby="gates-card-title">
      <h2 id="gates-card-title">{t('gates.title')}</h2>
      <p class="hint">{t('gates.lead')}</p>
      <Problem sentence={problem.value || refused.value} />
      {gates && (
        <>
          <Tick name="vetting" />
          <Count name="vetting_months" max={60} />
          <Tick name="charter" />
          <Tick name="training" />
          <Tick name="welfare_blocks" />
          <Count name="closed_readable_days" max={730} />
        </>
      )}
    </section>
  );
}
