/** What a colleague wants to decide, for the second pair of eyes. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { me } from '../session/session';
import type { Flag, Proposal } from '../wire/flag';
import { pieces } from './spans';
import { textOf } from './lists';
import { busy, second } from './queue';

export function ProposalBox({ flag, proposal }: { flag: Flag; proposal: Proposal }): VNode {
  const note = useSignal('');
  const id = useId();
  const own = proposal.by.id === me.value?.account.id;
  const waits = busy.value.has(flag.id);
  const answer = (agree: boolean): void => void second(flag, { agree, ...(note.peek().trim() ? { note: note.peek().trim() } : {}) });
  return (
    <div class="proposal">
      <p>
        <strong>{own ? t('queue.proposed_by_you') : t('queue.proposed_by', { name: proposal.by.name })}</strong> {t(`queue.${proposal.decision}`)}.{' '}
        {t('queue.because', { reason: t(`reason.${proposal.reason}`) })}
      </p>
      {proposal.spans && (
        <blockquote class="excerpt">
          {pieces(textOf(flag), proposal.spans.map(([start, end]) => ({ start, end }))).map((piece) =>
            piece.marked ? <del>{piece.text}</del> : piece.text,
          )}
        </blockquote>
      )}
      {proposal.advice && <p>{t('queue.advice_is', { advice: proposal.advice })}</p>}
      {proposal.note && <p>{t('queue.note_is', { note: proposal.note })}</p>}
      {proposal.lift_freeze && <p>{t('queue.lifts')}</p>}
      {own ? (
        <p class="hint">{t('queue.waits_for_colleague')}</p>
      ) : (
        <>
          <p class="field">
            <label for={id}>{t('queue.note')}</label>
            <textarea id={id} rows={1} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
          </p>
          <p class="decision-acts">
            <button type="button" class="button" disabled={waits} onClick={() => answer(true)}>
              {t('queue.agree')}
            </button>
            <button type="button" class="button button-plain" disabled={waits} onClick={() => answer(false)}>
              {t('queue.disagree')}
            </button>
          </p>
        </>
      )}
    </div>
  );
}
