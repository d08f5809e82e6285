/** Who has said what of one purpose. */

import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import type { Said } from '../wire/consent';

export const SaidList = ({ said }: { said: readonly Said[] }): VNode | null =>
  said.length === 0 ? null : (
    <ul class="consent-said" aria-label={t('consent.who')}>
      {said.map((one, index) => (
        <li key={one.account ?? index}>
          <strong>{one.mine ? t('consent.mine') : (one.name ?? t('consent.other_parent'))}</strong>{' '}
          <span>{t(one.decision === undefined ? 'consent.said.none' : one.counts ? `consent.said.${one.decision}` : 'consent.said.old')}</span>
          {one.at && <span class="fact">{dayOf(one.at)}</span>}
        </li>
      ))}
    </ul>
  );

export const OnOff = ({ on }: { on: boolean }): VNode => (
  <span class={on ? 'tag consent-on' : 'tag consent-off'}>{t(on ? 'consent.on' : 'consent.off')}</span>
);
