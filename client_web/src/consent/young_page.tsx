/** For professionals: where consent stands for each young person they work for. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { Problem, useAttempt } from '../shell/refused';
import { CONSENT_TEXTS, route, youngAddress } from '../shell/route';
import { useTitle } from '../shell/title';
import { PURPOSES, type YoungCard } from '../wire/consent';
import { http } from '../wire/http';
import { MenteePage } from './mentee_page';
import { TextsPage } from './texts_page';

/** Which of the three pages is a matter of the address. */
export function YoungPages(): VNode {
  const here = route.value;
  if (here.page === 'consent_texts') return <TextsPage />;
  return here.page === 'young' && here.mentee ? <MenteePage key={here.mentee} id={here.mentee} /> : <YoungPage />;
}

function YoungPage(): VNode {
  useTitle(t('young.title'));
  const young = useSignal<readonly YoungCard[] | null>(null);
  const { problem, attempt } = useAttempt();
  useEffect(
    () =>
      void attempt(async () => {
        young.value = (await http<{ young: YoungCard[] }>('GET', 'mentees')).young;
      }),
    [],
  );
  return (
    <div class="page consent">
      <Header back />
      <main id="content" class="page-main" tabIndex={-1}>
        <LinkNotice />
        <h1>{t('young.title')}</h1>
        <p class="lead">{t('young.lead')}</p>
        {me.value?.account.role === 'admin' && (
          <a class="button button-soft consent-easy" href={CONSENT_TEXTS}>
            {t('texts.open')}
          </a>
        )}
        <Problem sentence={problem.value} />
        {young.value === null && !problem.value && <p class="empty">{t('app.loading')}</p>}
        {young.value?.length === 0 && <p class="empty">{t('young.none')}</p>}
        <ul class="consent-young">
          {young.value?.map((card) => (
            <li key={card.mentee.id} class="card">
              <a href={youngAddress(card.mentee.id)}>{card.mentee.name}</a>
              <span class="tag">{t(`young.band.${card.band}`)}</span>
              <Summary card={card} />
            </li>
          ))}
        </ul>
      </main>
    </div>
  );
}

function Summary({ card }: { card: YoungCard }): VNode {
  const off = PURPOSES.filter((purpose) => card.off[purpose]);
  if (off.length === 0) return <span class="tag consent-on">{t('young.all_on')}</span>;
  return (
    <>
      {off.some((purpose) => card.off[purpose] === 'disagreed') && <span class="tag consent-disagreed">{t('young.disagreed')}</span>}
      <span class="tag consent-off">{t('young.off', { count: off.length })}</span>
      <span class="fact">{off.map((purpose) => t(`consent.purpose.${purpose}`)).join(' · ')}</span>
    </>
  );
}
