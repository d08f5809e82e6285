/** On the first page: that answers are awaited, with the way there. Nothing for a young person who has answered all. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { CONSENTS } from '../shell/route';
import { pages } from './pages';

export function ConsentCard(): VNode | null {
  const count = (pages.value ?? []).reduce((sum, page) => sum + page.purposes.filter(({ ask }) => ask).length, 0);
  const guardian = me.value?.account.role === 'guardian';
  if (!pages.value || (count === 0 && !guardian)) return null;
  return (
    <section class="card consent-waits" aria-labelledby="consent-waits">
      <h2 id="consent-waits">{t(guardian ? 'consent.children' : 'consent.title')}</h2>
      <p>{pages.value.length === 0 ? t('consent.none') : count > 0 ? t('consent.waiting', { count }) : t('consent.all_said')}</p>
      {pages.value.length > 0 && (
        <a class="button button-soft" href={CONSENTS}>
          {t('consent.open')}
        </a>
      )}
    </section>
  );
}
