/** A try: sent by all that there is, and what became of it. */

import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t, tOr } from '../locales/text';
import type { Loaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { MyReach, Tried } from '../wire/reach';

const LOOK_MS = 1_500;
const LONGEST_MS = 45_000; // a round through all channels, with time to spare; what takes longer waits for the morning

export function TryCard({ reach, loaded }: { reach: MyReach; loaded: Loaded<MyReach> }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const { tried } = reach;
  const waits = tried?.state === 'waiting' && Date.now() - Date.parse(tried.at) < LONGEST_MS;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => void loaded.load(), LOOK_MS);
    return () => clearTimeout(timer);
  }, [reach]);
  const send = (): void =>
    void attempt(async () => {
      await http('POST', 'reach/try');
      await loaded.load();
    });
  return (
    <section class="card" aria-labelledby="reach-try-title">
      <h2 id="reach-try-title">{t('reach.try')}</h2>
      <p>{t('reach.try_lead')}</p>
      <Problem sentence={problem.value} />
      <button type="button" class="button button-soft" disabled={busy.value || waits} onClick={send}>
        {t('reach.try_act')}
      </button>
      <div role="status">{tried && <Result tried={tried} waits={waits} />}</div>
    </section>
  );
}

const Result = ({ tried, waits }: { tried: Tried; waits: boolean }): VNode => (
  <>
    <p class="reach-tried">{t(waits ? 'reach.try_waits' : tried.state === 'waiting' ? 'reach.try_later' : `reach.try_${tried.state}`, { at: dayAndHour(new Date(tried.at)) })}</p>
    {tried.attempts.length > 0 && (
      <ul class="reach-attempts">
        {tried.attempts.map(({ channel, result, reason }, index) => (
          <li key={index} class={`is-${result}`}>
            <strong>{t(`reach.${channel}_name`)}</strong> {t(`reach.result_${result}`)}
            {reason && ` ${tOr(`reach.reason_${reason}`, 'reach.reason_other')}`}
          </li>
        ))}
      </ul>
    )}
  </>
);
