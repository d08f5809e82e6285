/** For professionals: where consent stands for each young person they work for. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { CONSENT_TEXTS, route, youngAddress } from '../shell/route';
import { PURPOSES, type YoungCard } from '../wire/consent';
import { MenteePage } from './mentee_page';
import { TextsPage } from './texts_page';

/** Which of the three pages is a matter of the address. */
export function YoungPages(): VNode {
  const here = route.value;
  if (here.page === 'consent_texts') return <TextsPage />;
  return here.page === 'young' && here.mentee ? <MenteePage key={here.mentee} id={here.mentee} /> : <YoungPage />;
}

function YoungPage(): VNode {
  const loaded = useLoaded<{ young: YoungCard[] }>('mentees', ['consent:changed']);
  return (
    <Page title={t('young.title')} kind="consent">
      <p class="lead">{t('young.lead')}</p>
      {me.value?.account.role === 'admin' && (
        <a class="button button-soft consent-easy" href={CONSENT_TEXTS}>
          {t('texts.open')}
        </a>
      )}
      <Awaited of={loaded}>
        {({ young }) =>
          young.length === 0 ? (
            <p class="empty">{t('young.none')}</p>
          ) : (
            <ul class="consent-young">
              {young.map((card) => (
                <li key={card.mentee.id} class="card">
                  <a href={youngAddress(card.mentee.id)}>{card.mentee.name}</a>
                  <span class="tag">{t(`young.band.${card.band}`)}</span>
                  <Summary card={card} />
                </li>
              ))}
            </ul>
          )
        }
      </Awaited>
    </Page>
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
