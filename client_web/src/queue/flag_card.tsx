/** One thing to look at: what, from whom to whom, since when, why; and what the professional decides. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t, type Key } from '../locales/text';
import { Icon } from '../shell/icons';
import { Problem } from '../shell/refused';
import type { Decision, Flag } from '../wire/flag';
import type { FullMessage } from '../wire/room';
import { Around } from './around';
import { Left, now } from './countdown';
import { DecisionForm } from './decision_form';
import { Excerpt } from './excerpt';
import { Explanations, FlagFrame, Who } from './flag_frame';
import { focusNear } from './keys';
import { offered } from './lists';
import { ProposalBox } from './proposal';
import { busy, claim, problems, reasonOf, unclaim } from './queue';

const NEWS: Record<Flag['action'], Key> = {
  hold: 'queue.waiting',
  deliver: 'queue.went_through',
  mask: 'queue.went_masked',
  block: 'queue.not_sent',
  help: 'queue.help_now',
};

interface Props {
  flag: Flag;
  first: boolean;
  /** In the file of its case, where whoever reads it says that they look after it: what can be done with a message around. */
  inCase?: (message: FullMessage) => VNode | null;
}

export function FlagCard({ flag, first, inCase }: Props): VNode {
  const problem = problems.value.get(flag.id);
  return (
    <FlagFrame flag={flag} first={first}>
      <Who flag={flag} />
      <Excerpt flag={flag} />
      <p>
        <strong>{t(flag.category === 'appeal' ? 'queue.appealed' : NEWS[flag.action])}</strong>
      </p>
      <Explanations flag={flag} />
      <Facts flag={flag} />
      <Around flag={flag} act={inCase} />
      <Problem sentence={problem} />
      {flag.proposal && flag.state === 'second' && <ProposalBox flag={flag} proposal={flag.proposal} />}
      <Choices flag={flag} inCase={inCase !== undefined} />
    </FlagFrame>
  );
}

/** What else is to be known before one decides. */
function Facts({ flag }: { flag: Flag }): VNode | null {
  const { appeal, escalated, frozen } = flag;
  return (
    <>
      {frozen && (
        <p class="notice">
          <Icon name="pause" />
          <span>{t('queue.frozen')}</span>
        </p>
      )}
      {appeal && !appeal.decided && (
        <div class="notice notice-staff">
          <Icon name="back" />
          <div>
            <p>
              <strong>{t('queue.appeal', { name: flag.author.name })}</strong>
            </p>
            {appeal.words && <blockquote class="appeal-words">{appeal.words}</blockquote>}
            {appeal.before && (
              <p>
                {t('queue.appeal_before', {
                  decision: t(`queue.done.${appeal.before.state}` as Key).toLowerCase(),
                  name: appeal.before.by.name,
                  when: dayAndHour(new Date(appeal.before.at)),
                })}
              </p>
            )}
          </div>
        </div>
      )}
      {escalated && flag.state === 'escalated' && (
        <p class="notice notice-staff">
          <Icon name="arrow" />
          <span>{t('queue.escalated_by', { name: escalated.by.name })}</span>
        </p>
      )}
      {flag.state === 'open' && flag.note && <p class="flag-more">{t('queue.note_is', { note: flag.note })}</p>}
    </>
  );
}

function Choices({ flag, inCase }: { flag: Flag; inCase: boolean }): VNode | null {
  const chosen = useSignal<Decision | null>(null);
  const acts = useRef<HTMLDivElement>(null);
  const claimed = flag.claimed && Date.parse(flag.claimed.until) > now.value ? flag.claimed : undefined;
  const theirs = claimed !== undefined && !claimed.mine;
  const waits = busy.value.has(flag.id);
  const decisions = offered(flag);
  const choose = async (decision: Decision): Promise<void> => {
    if (!claimed?.mine && !(await claim(flag))) return;
    chosen.value = decision;
  };
  const close = (): void => {
    const before = chosen.peek();
    chosen.value = null;
    setTimeout(() => {
      const button = acts.current?.querySelector<HTMLElement>(`[data-decision=${before}]`);
      if (button?.isConnected) button.focus();
      else focusNear();
    });
  };
  if (flag.sample) return null;
  if (decisions.length === 0) return flag.state === 'second' ? null : <p class="hint">{t('queue.for_a_colleague')}</p>;
  if (chosen.value && decisions.includes(chosen.value) && !theirs) return <DecisionForm flag={flag} decision={chosen.value} onClose={close} />;
  return (
    <>
      {claimed && (
        <p class={theirs ? 'claim is-theirs' : 'claim'}>
          <Icon name={theirs ? 'person' : 'clock'} />
          <span>
            {t(theirs ? 'queue.claimed_by' : 'queue.claimed', { name: claimed.by.name })} <Left until={claimed.until} />
          </span>
          {!theirs && (
            <button type="button" class="quiet-button" disabled={waits} onClick={() => void unclaim(flag)}>
              {t('queue.unclaim')}
            </button>
          )}
        </p>
      )}
      {flag.state === 'second' && <p class="flag-more">{t('queue.or_else')}</p>}
      <div class="flag-acts" ref={acts}>
        {decisions.map((decision, index) => (
          <button
            key={decision}
            type="button"
            data-decision={decision}
            class={decision === 'escalate' ? 'quiet-button' : index === 0 && flag.state !== 'second' ? 'button' : 'button button-plain'}
            disabled={theirs || waits}
            onClick={() => void choose(decision)}
          >
            {t(`queue.${decision}`)}
          </button>
        ))}
        {!claimed && !inCase && flag.state !== 'second' && (
          <button type="button" class="quiet-button" disabled={waits} onClick={() => void claim(flag)}>
            {t('queue.claim')}
          </button>
        )}
      </div>
    </>
  );
}

/** What was decided, in one line. */
export function DecidedFlag({ flag }: { flag: Flag }): VNode {
  const lifting = useSignal(false);
  const problem = problems.value.get(flag.id);
  const people = [flag.decided_by?.name, flag.seconded_by?.name].filter(Boolean).join(` ${t('queue.and')} `);
  return (
    <li class="decided">
      <Icon name={flag.state === 'refused' ? 'stop' : flag.state === 'returned' ? 'back' : 'sent'} />
      <div>
        <p>
          <strong>{t(`queue.done.${flag.state}`)}</strong> · {reasonOf(flag)} · {flag.author.name}
          {flag.appeal?.decided && ` · ${t('queue.after_appeal')}`}
        </p>
        <p class="decided-by">
          {problem ??
            [people, flag.reason && t(`reason.${flag.reason}`), flag.decided_at && dayAndHour(new Date(flag.decided_at))].filter(Boolean).join(', ')}
        </p>
        {flag.note && <p class="decided-by">« {flag.note} »</p>}
        {flag.frozen && !lifting.value && (
          <p class="decided-frozen">
            {t('queue.frozen')}{' '}
            {flag.decisions.includes('acknowledge') && (
              <button type="button" class="quiet-button" onClick={() => (lifting.value = true)}>
                {t('queue.lift')}
              </button>
            )}
          </p>
        )}
        {flag.frozen && lifting.value && <DecisionForm flag={flag} decision="acknowledge" lifting onClose={() => (lifting.value = false)} />}
      </div>
    </li>
  );
}
