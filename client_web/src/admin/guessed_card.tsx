/** Whose password or code strangers guess at; nothing at all while nobody does. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { personAddress } from '../shell/route';
import type { Account } from '../wire/account';
import { http } from '../wire/http';

interface Guessed {
  account: string;
  times: number;
  last: string;
}

export function GuessedCard({ people }: { people: readonly Account[] }): VNode | null {
  const guessed = useSignal<readonly Guessed[]>([]);
  useEffect(() => {
    http<{ guessed: Guessed[] }>('GET', 'accounts/guessed').then(
      (found) => (guessed.value = found.guessed),
      () => undefined, // the page says so of the lists that it cannot do without
    );
  }, []);
  if (guessed.value.length === 0) return null;
  return (
    <section class="card" aria-labelledby="guessed-title">
      <h2 id="guessed-title">{t('guessed.title')}</h2>
      <p class="fact">{t('guessed.why')}</p>
      <ul class="people">
        {guessed.value.map(({ account, times, last }) => (
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
