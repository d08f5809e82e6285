/** Whose password or code strangers guess at; nothing at all while nobody does. */

import type { VNode } from 'preact';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { useLoaded } from '../shell/loaded';
import { personAddress } from '../shell/route';
import type { Account } from '../wire/account';

interface Guessed {
  account: string;
  times: number;
  last: string;
}

export function GuessedCard({ people }: { people: readonly Account[] }): VNode | null {
  const { found } = useLoaded<{ guessed: Guessed[] }>('accounts/guessed'); // without it, the lists beside it say why
  const guessed = found.value?.guessed ?? [];
  if (guessed.length === 0) return null;
  return (
    <section class="card" aria-labelledby="guessed-title">
      <h2 id="guessed-title">{t('guessed.title')}</h2>
      <p class="fact">{t('guessed.why')}</p>
      <ul class="people">
        {guessed.map(({ account, times, last }) => (
          <li key={account}>
            <span>
              <a href={personAddress(account)}>{people.find(({ id }) => id === account)?.name ?? '–'}</a>
              <span class="fact">{t('guessed.times', { count: times, when: dayAndHour(new Date(last)) })}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
