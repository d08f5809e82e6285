/** The ledger, newest line first. */

import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import type { Line } from '../wire/consent';

export const History = ({ lines, open = false }: { lines: readonly Line[]; open?: boolean }): VNode => (
  <details class="card consent-history" open={open}>
    <summary>{t('consent.history')}</summary>
    {lines.length === 0 && <p class="empty">{t('consent.no_history')}</p>}
    <ol>
      {lines.map((line) => (
        <li key={`${line.recorded_at} ${line.name} ${line.purpose}`}>
          <span>{t(`consent.line.${line.decision}`, { name: line.name, purpose: t(`consent.purpose.${line.purpose}`).toLowerCase() })}</span>
          <span class="fact">
            {[dayOf(line.at), t(`consent.how.${line.how}`, { by: line.recorded_by ?? '' }), t('consent.version', { version: line.version })].join(' · ')}
          </span>
        </li>
      ))}
    </ol>
  </details>
);
