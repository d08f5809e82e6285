/** What lapses soon, is over or missing; and the pairs that one answers for, each with its page. */

import type { VNode } from 'preact';
import { day } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { Problem } from '../shell/refused';
import { mentorAddress, pairAddress, welfareAddress } from '../shell/route';
import type { Pair } from '../wire/account';
import type { Due } from '../wire/pairs';
import { ofDay, useLoaded, word } from './page';

export function DueSection(): VNode {
  const due = useLoaded<{ due: Due[] }>('due');
  const own = useLoaded<{ pairs: Pair[] }>('pairs');
  const items = due.found.value?.due ?? [];
  const pairs = own.found.value?.pairs.filter((pair) => pair.state !== 'closed') ?? [];
  return (
    <>
      <section class="card" aria-labelledby="due-title">
        <h2 id="due-title">{t('due.title')}</h2>
        <Problem sentence={due.problem.value} />
        {due.found.value && items.length === 0 && <p class="empty">{t('due.none')}</p>}
        <ul class="people">
          {items.map((item) => (
            <li key={`${item.what}${item.who.id}`}>
              <span>
                <a href={item.role === 'mentor' ? mentorAddress(item.who.id) : welfareAddress(item.who.id)}>
                  <strong>{item.who.name}</strong>
                </a>
                <span class="fact">
                  {word('due', item.what)}
                  {item.on && ` · ${day(ofDay(item.on))}`}
                </span>
              </span>
              <span class={(item.days ?? -1) < 8 ? 'tag tag-call' : 'tag'}>{left(item.days)}</span>
            </li>
          ))}
        </ul>
      </section>
      {me.value?.account.role === 'supervisor' && (
        <section class="card" aria-labelledby="my-pairs-title">
          <h2 id="my-pairs-title">{t('pairs.mine')}</h2>
          <Problem sentence={own.problem.value} />
          <ul class="people">
            {pairs.map((pair) => (
              <li key={pair.id}>
                <span>
                  <a href={pairAddress(pair.id)}>
                    <strong>
                      {pair.mentor.name} · {pair.mentee.name}
                    </strong>
                  </a>
                  {pair.kind === 'bridge' && <span class="fact">{t('pairs.is_bridge')}</span>}
                </span>
                <span class="tag">{tOr(`pair.${pair.state}`, 'pair.active')}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function left(days?: number): string {
  if (days === undefined) return t('papers.missing');
  return days < 0 ? t('due.over') : t('due.days', { count: days });
}
