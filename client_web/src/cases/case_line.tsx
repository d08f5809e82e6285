/** One case in a list: how grave, what, about whom, by when, who has it; and to take it, or open it. */

import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { SummonedIn } from '../board/summoned';
import { Severity } from '../queue/severity';
import { Problem, useAttempt } from '../shell/refused';
import { caseAddress } from '../shell/route';
import type { Case } from '../wire/case';
import { actOn } from './act';
import { Deadline } from './deadline';
import { caseAbout, caseName, caseStanding, opened, whenIn } from './words';

interface Props {
  one: Case;
  /** On the board, where keys move between cards and act on them. */
  onTaken?: (one: Case) => void;
  children?: ComponentChildren;
}

export function CaseLine({ one, onTaken, children }: Props): VNode {
  const heading = useId();
  const { busy, problem, attempt } = useAttempt();
  const take = (): Promise<void> =>
    attempt(async () => {
      onTaken?.(await actOn(one.id, 'acknowledge'));
    });
  return (
    <article class={`flag flag-${one.severity} case-line`} aria-labelledby={heading} tabIndex={-1} data-case={one.id}>
      <header class="flag-head">
        <Severity level={one.severity} />
        <h3 id={heading}>
          <a href={caseAddress(one.id)}>{caseName(one)}</a>
        </h3>
        <span class="flag-times">
          <Deadline of={one} />
          <span>{one.closed_at ? whenIn(one.closed_at) : opened(one)}</span>
        </span>
      </header>
      <p>
        {caseAbout(one) && <strong>{caseAbout(one)}</strong>} <span class="fact">{t('case.reference', { reference: one.reference })}</span>
      </p>
      <p class="case-standing">
        {caseStanding(one)}
        {one.state === 'open' && one.pages > 0 && <span class="fact"> {t('case.pages', { count: one.pages })}</span>}
      </p>
      {one.room && one.state !== 'closed' && <SummonedIn room={one.room} />}
      {children}
      <Problem sentence={problem.value} />
      {one.can_acknowledge && (
        <p class="flag-acts">
          <button type="button" class="button" data-take disabled={busy.value} onClick={() => void take()}>
            {t('case.take')}
          </button>
        </p>
      )}
    </article>
  );
}
