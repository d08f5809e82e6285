/** A pair that is proposed: who the mentor is, in plain words, and three answers that are all right. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { home, loadHome } from '../session/session';
import { Face } from '../shell/mark';
import { Problem, useAttempt } from '../shell/refused';
import type { Proposal } from '../wire/home';
import { http } from '../wire/http';

export function Proposals(): VNode | null {
  const proposals = home.value?.proposals ?? [];
  return proposals.length === 0 ? null : (
    <>
      {proposals.map((proposal) => (
        <Card key={proposal.pair} proposal={proposal} />
      ))}
    </>
  );
}

function Card({ proposal }: { proposal: Proposal }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const changing = useSignal(false);
  const { mentor, supervisor } = proposal;
  const answer = (said: string): Promise<void> =>
    attempt(async () => {
      await http('POST', `pairs/${proposal.pair}/answer`, { answer: said });
      changing.value = false;
      await loadHome();
    });
  const asks = !proposal.answer || changing.value;
  return (
    <section class="card proposal" aria-labelledby={`proposal-${proposal.pair}`}>
      <div class="section-head">
        <h2 id={`proposal-${proposal.pair}`}>{t('proposal.title', { mentor })}</h2>
        <Face name={mentor} role="mentor" />
      </div>
      {proposal.about_mentor && <p>{proposal.about_mentor}</p>}
      <p>{t('proposal.lead', { supervisor })}</p>
      <Problem sentence={problem.value} />
      {!asks && (
        <p role="status">
          <strong>{t(proposal.answer === 'yes' ? 'proposal.said_yes' : 'proposal.said_not_now', { mentor, supervisor })}</strong>
        </p>
      )}
      {asks ? (
        <p class="dialog-acts">
          <button type="button" class="button" disabled={busy.value} onClick={() => void answer('yes')}>
            {t('proposal.yes')}
          </button>
          <button type="button" class="button button-soft" disabled={busy.value} onClick={() => void answer('not_now')}>
            {t('proposal.not_now')}
          </button>
          <button type="button" class="button button-soft" disabled={busy.value} onClick={() => void answer('no')}>
            {t('proposal.no')}
          </button>
        </p>
      ) : (
        <button type="button" class="quiet-button" onClick={() => (changing.value = true)}>
          {t('proposal.change')}
        </button>
      )}
      <p class="hint">{t('proposal.hint')}</p>
    </section>
  );
}
