/** What the association asks of a mentor before the first contact. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { CHARTER } from '../shell/route';
import { http } from '../wire/http';
import type { Gates } from '../wire/pairs';

export function GatesCard(): VNode {
  const loaded = useLoaded<Gates>('policy/gates');
  return (
    <section class="card" aria-labelledby="gates-card-title">
      <h2 id="gates-card-title">{t('gates.title')}</h2>
      <p class="hint">{t('gates.lead')}</p>
      <Awaited of={loaded}>{(gates) => <Fields gates={gates} onChange={loaded.keep} />}</Awaited>
    </section>
  );
}

type Tick = 'vetting' | 'charter' | 'training' | 'welfare_blocks';
type Count = 'vetting_months' | 'closed_readable_days';

function Fields({ gates, onChange }: { gates: Gates; onChange: (next: Gates) => void }): VNode {
  const { problem, attempt } = useAttempt();
  const change = (next: Partial<Gates>): void => {
    const wanted = { ...gates, ...next };
    onChange(wanted); // at once: the next tick builds on this one
    void attempt(async () => {
      try {
        await http('PUT', 'policy/gates', wanted);
      } catch (error) {
        onChange(gates);
        throw error;
      }
    });
  };
  const tick = (name: Tick): VNode => (
    <p class="field field-check">
      <label>
        <input type="checkbox" checked={gates[name]} onChange={(event) => change({ [name]: event.currentTarget.checked })} /> {t(`gates.${name}`)}
      </label>
    </p>
  );
  const count = (name: Count, min: number, max: number): VNode => (
    <p class="field">
      <label for={`gates-${name}`}>{t(`gates.${name}`)}</label>
      <input
        id={`gates-${name}`}
        type="number"
        min={min}
        max={max}
        required
        value={gates[name]}
        onChange={(event) => event.currentTarget.reportValidity() && change({ [name]: event.currentTarget.valueAsNumber })}
      />
    </p>
  );
  return (
    <>
      <Problem sentence={problem.value} />
      {tick('vetting')}
      {count('vetting_months', 1, 60)}
      {tick('charter')}
      <a class="quiet-button" href={CHARTER}>
        {t('gates.charter_open')}
      </a>
      {tick('training')}
      {tick('welfare_blocks')}
      {count('closed_readable_days', 0, 730)}
    </>
  );
}
