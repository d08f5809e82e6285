/** What a young person, or a guardian for their child, says yes or no to. Taking a yes back is one tap, as giving it. */

import { useSignal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { call, callTrouble } from '../call/current';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { recall, remember } from '../shell/memory';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import type { ConsentPage as Asked, PurposeCard } from '../wire/consent';
import { History } from './history';
import { answer, load, pages } from './pages';
import { OnOff, SaidList } from './said_list';

export function ConsentPage(): VNode {
  const guardian = me.value?.account.role === 'guardian';
  const easy = useSignal(recall('easy') === 'yes');
  const { problem, attempt } = useAttempt();
  const look = (): void => void attempt(load);
  useEffect(look, []);
  const found = pages.value;
  const began = useRef(call.peek());
  const answered = useSignal<Answer>(null);
  return (
    <Page title={t(guardian ? 'consent.children' : 'consent.title')} kind="consent">
      <p class="lead">{t(guardian ? 'consent.lead_guardian' : 'consent.lead')}</p>
      <button
        type="button"
        class="button button-soft consent-easy"
        aria-pressed={easy.value}
        onClick={() => {
          easy.value = !easy.value;
          remember('easy', easy.value ? 'yes' : null);
        }}
      >
        {t(easy.value ? 'consent.full' : 'consent.easy')}
      </button>
      <Problem sentence={problem.value} again={look} />
      {began.current && !answered.value && callTrouble.value?.trouble === 'calls_ended' && (
        <p class="notice" role="alert">
          {t('call.trouble.calls_ended')}
        </p>
      )}
      {found === null && !problem.value && <p class="empty">{t('app.loading')}</p>}
      {found?.length === 0 && <p class="empty">{t('consent.none')}</p>}
      {found?.map((page) => <OfOne key={page.mentee.id} page={page} easy={easy.value} answered={answered} />)}
    </Page>
  );
}

/** What was answered last on this page, and whether a call was on; null before. */
type Answer = { purpose: string; agree: boolean; inCall: boolean } | null;

interface Props {
  page: Asked;
  easy: boolean;
  answered: Signal<Answer>;
}

function OfOne({ page, easy, answered }: Props): VNode {
  const { name } = page.mentee;
  return (
    <section class="consent-one" aria-label={name}>
      {page.reader === 'guardian' && <h2>{t('consent.of_child', { name })}</h2>}
      {!page.may_answer && <p class="notice">{t(page.band === 'child' ? 'consent.read_only' : 'consent.read_only_15', { name })}</p>}
      {page.purposes.map((card) => (
        <OnePurpose key={card.purpose} page={page} card={card} easy={easy} answered={answered} />
      ))}
      {page.next && <p class="hint">{t(`consent.next_${page.next.age}`, { name, day: dayOf(page.next.on) })}</p>}
      <History lines={page.history} />
    </section>
  );
}

/** After a no that ended the call which one was in: what the other reads of it, so that it is easy to say. */
const CallOver = (): VNode | null =>
  !call.value && callTrouble.value && ['calls_ended', 'removed'].includes(callTrouble.value.trouble) ? (
    <p class="notice" role="alert">
      {t('consent.call_over')}
    </p>
  ) : null;

function OnePurpose({ page, card, easy, answered }: Props & { card: PurposeCard }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const title = t(`consent.purpose.${card.purpose}`);
  const mine = card.said.find((one) => one.mine)?.decision;
  const said = mine === 'given';
  const say = (agree: boolean): Promise<void> =>
    attempt(async () => {
      answered.value = { purpose: card.purpose, agree, inCall: call.peek() !== null };
      await answer(page.mentee.id, card.purpose, agree, card.version);
      announce(t('consent.saved'));
    });
  const id = `consent-${page.mentee.id}-${card.purpose}`;
  return (
    <article class={card.ask ? 'card consent-card is-asked' : 'card consent-card'} aria-labelledby={id}>
      <div class="section-head">
        <h3 id={id}>{title}</h3>
        <OnOff on={card.on} />
      </div>
      <p>{easy ? card.easy : card.text}</p>
      <p class="hint">{t(`consent.off.${card.purpose}`)}</p>
      {(!card.on || card.why === 'carried') && <p class="consent-why">{t(card.why === 'refused' && mine && !said ? 'consent.why.refused_mine' : `consent.why.${card.why}`)}</p>}
      {card.asks_again_from && card.ask && <p class="consent-why">{t('consent.asks_again', { day: dayOf(card.asks_again_from) })}</p>}
      {(card.said.length > 1 || page.reader === 'guardian') && <SaidList said={card.said} />}
      {answered.value?.inCall && !answered.value.agree && answered.value.purpose === card.purpose && <CallOver />}
      <Problem sentence={problem.value} />
      {page.may_answer && (
        <div class="consent-acts">
          <button type="button" class={said && !card.ask ? 'button is-said' : 'button button-soft'} aria-pressed={said && !card.ask} disabled={busy.value} onClick={() => void say(true)}>
            {t(said && card.ask ? 'consent.confirm' : 'consent.yes')}
          </button>
          <button type="button" class={mine && !said ? 'button is-said' : 'button button-soft'} aria-pressed={mine !== undefined && !said} disabled={busy.value} onClick={() => void say(false)}>
            {t(said ? 'consent.withdraw' : 'consent.no')}
          </button>
        </div>
      )}
    </article>
  );
}
