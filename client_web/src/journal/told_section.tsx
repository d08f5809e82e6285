/** What left about oneself, as a professional says it: above who read what. Nothing where nothing left. */

import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { useLoaded } from '../shell/loaded';
import type { Told } from '../wire/relay';

export function ToldSection(): VNode | null {
  const told = useLoaded<{ told: readonly Told[] }>('told', ['notice:new']).found.value?.told ?? [];
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="told-title">
      <h2 id="told-title">{t('journal.told')}</h2>
      <ul class="requests">
        {told.map((one) => (
          <li key={one.id} class="card">
            <p>{t(one.to ? 'journal.told_to' : `journal.told_kind.${one.kind}`, { name: one.by ?? '', to: one.to ?? '', day: dayOf(one.sent_at) })}</p>
            {one.words && <blockquote>{one.words}</blockquote>}
          </li>
        ))}
      </ul>
    </section>
  );
}
