/** One's own times on call, what a colleague asks, and what differs from the rota. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Problem, useAttempt } from '../shell/refused';
import type { Change, Gap } from '../wire/duty';
import { nameOf, type Duty } from './acts';
import { ChangeForm } from './change_form';
import { mine } from './days';
import { DutyForm } from './duty_form';
import { Act } from './plan_section';
import { span } from './spoken';

export function OwnSection({ duty }: { duty: Duty }): VNode {
  const { view } = duty;
  const own = me.value?.account.id ?? '';
  const asking = useSignal<Gap | null>(null);
  const spans = mine(view.stretches, own, Date.now());
  return (
    <section class="card" aria-labelledby="duty-own">
      <h2 id="duty-own">{t('duty.own')}</h2>
      {spans.length === 0 && <p class="empty">{t('duty.own_none')}</p>}
      <ul class="duty-list">
        {spans.map((one) => (
          <li key={one.begins}>
            <span>{span(one, view.zone)}</span>
            <Act label={t('duty.ask_colleague')} of={span(one, view.zone)} onClick={() => (asking.value = one)} />
          </li>
        ))}
      </ul>
      {asking.value && <ChangeForm duty={duty} kind="ask" when={asking.value} onClose={() => (asking.value = null)} />}
    </section>
  );
}

/** What waits for an answer, and what is decided for times to come. */
export function ChangesSection({ duty }: { duty: Duty }): VNode | null {
  const { view } = duty;
  const own = me.value?.account.id;
  const { busy, problem, attempt } = useAttempt();
  const ending = useSignal<Change | null>(null);
  const accepting = useSignal<Change | null>(null);
  const coming = view.changes.filter(({ ends }) => Date.parse(ends) > Date.now());
  const asked = coming.filter(({ state }) => state === 'asked');
  const decided = coming.filter(({ state }) => state === 'accepted');
  const over = view.changes.filter((change) => !asked.includes(change) && !decided.includes(change));
  if (view.changes.length === 0) return null;
  const decline = (change: Change): void => void attempt(() => duty.change(`changes/${change.id}/answer`, { accept: false }));
  return (
    <section class="card" aria-labelledby="duty-changes">
      <h2 id="duty-changes">{t('duty.changes')}</h2>
      <Problem sentence={problem.value} />
      <ul class="duty-list">
        {[...asked, ...decided].map((change) => (
          <li key={change.id} class={change.state === 'asked' ? 'is-asked' : ''}>
            <span>
              <strong>{changeText(duty, change)}</strong>
              <span class="fact">{span(change, view.zone)}</span>
            </span>
            {change.state === 'asked' && change.into === own && (
              <>
                <button type="button" class="button" disabled={busy.value} onClick={() => (accepting.value = change)}>
                  {t('duty.take')}
                </button>
                <button type="button" class="button button-plain" disabled={busy.value} onClick={() => decline(change)}>
                  {t('duty.decline')}
                </button>
              </>
            )}
            {!(change.state === 'asked' && change.into === own) && (
              <Act label={t('duty.withdraw')} of={changeText(duty, change)} onClick={() => (ending.value = change)} />
            )}
          </li>
        ))}
      </ul>
      {over.length > 0 && (
        <details>
          <summary>{t('duty.changes_over', { count: over.length })}</summary>
          <ul class="duty-list">
            {over.map((change) => (
              <li key={change.id}>
                <span>
                  {changeText(duty, change)} <span class="fact">{`${span(change, view.zone)} · ${t(`duty.state.${change.state}`)}`}</span>
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {accepting.value && (
        <DutyForm
          title={t('duty.take')}
          act={t('duty.take')}
          view={view}
          onClose={() => (accepting.value = null)}
          send={(_, accept) => duty.change(`changes/${accepting.peek()!.id}/answer`, { accept: true, accept_gaps: accept })}
        >
          <p>{changeText(duty, accepting.value)}</p>
          <p>{span(accepting.value, view.zone)}</p>
        </DutyForm>
      )}
      {ending.value && (
        <DutyForm
          title={t('duty.withdraw')}
          act={t('duty.withdraw')}
          view={view}
          onClose={() => (ending.value = null)}
          send={(_, accept) => duty.change(`changes/${ending.peek()!.id}/withdraw`, { accept_gaps: accept })}
        >
          <p>{changeText(duty, ending.value)}</p>
          <p>{span(ending.value, view.zone)}</p>
        </DutyForm>
      )}
    </section>
  );
}

function changeText({ view }: Duty, { out, into, state }: Change): string {
  const names = { out: nameOf(view, out), into: nameOf(view, into) };
  if (!into) return t('duty.is_absent', names);
  if (!out) return t('duty.is_extra', names);
  return t(state === 'asked' ? 'duty.is_asked' : 'duty.is_instead', names);
}
