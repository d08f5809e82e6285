/** What lapses soon, is over or missing; and the pairs that one answers for, each with its page. */

import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { HANDOVER, mentorAddress, pairAddress, welfareAddress } from '../shell/route';
import type { Pair } from '../wire/account';
import type { Due } from '../wire/pairs';
import { LIVE, word } from './words';
import { namesOfPair } from './names';

export const DueSection = (): VNode => (
  <>
    <Lapsing />
    {me.value?.account.role === 'supervisor' && <OwnPairs />}
  </>
);

function Lapsing(): VNode {
  const loaded = useLoaded<{ due: Due[] }>('due', LIVE);
  return (
    <section class="card" aria-labelledby="due-title">
      <h2 id="due-title">{t('due.title')}</h2>
      <Awaited of={loaded}>
        {({ due }) =>
          due.length === 0 ? (
            <p class="empty">{t('due.none')}</p>
          ) : (
            <ul class="people">
              {due.map((item) => (
                <li key={`${item.what}${item.who.id}`}>
                  <span>
                    <a href={whereTo(item)}>
                      <strong>{item.who.name}</strong>
                    </a>
                    <span class="fact">
                      {word('due', item.what)}
                      {item.on && ` · ${dayOf(item.on)}`}
                    </span>
                  </span>
                  <span class={(item.days ?? -1) < 8 ? 'tag tag-due' : 'tag'}>{left(item.days)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Awaited>
    </section>
  );
}

function whereTo({ role, who }: Due): string {
  if (role === 'mentor') return mentorAddress(who.id);
  return role === 'supervisor' ? HANDOVER : welfareAddress(who.id);
}

function OwnPairs(): VNode {
  const loaded = useLoaded<{ pairs: Pair[] }>('pairs', LIVE);
  return (
    <section class="card" aria-labelledby="my-pairs-title">
      <h2 id="my-pairs-title">{t('pairs.mine')}</h2>
      <Awaited of={loaded}>
        {({ pairs }) => {
          const going = pairs.filter(({ state }) => state !== 'closed');
          if (going.length === 0) return <p class="empty">{t('home.caseload_empty')}</p>;
          return (
            <>
              <ul class="people">
                {going.map((pair) => (
                  <li key={pair.id}>
                    <span>
                      <a href={pairAddress(pair.id)}>
                        <strong>
                          {namesOfPair(pair)}
                        </strong>
                      </a>
                      {pair.kind === 'bridge' && <span class="fact">{t('pairs.is_bridge')}</span>}
                    </span>
                    <span class="tag">{tOr(`pair.${pair.state}`, 'pair.active')}</span>
                  </li>
                ))}
              </ul>
              <a class="quiet-button" href={HANDOVER}>
                {t('pairs.hand_over')}
              </a>
            </>
          );
        }}
      </Awaited>
    </section>
  );
}

function left(days?: number): string {
  if (days === undefined) return t('papers.missing');
  return days < 0 ? t('due.over') : t('due.days', { count: days });
}
