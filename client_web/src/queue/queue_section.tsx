/** The queue as the professional's first page shows it. */

import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { late } from '../wire/late';
import { DecidedFlag, FlagCard } from './flag_card';
import { decidedFlags, loadQueue, openFlags } from './queue';

export function QueueSection(): VNode {
  useEffect(() => void loadQueue(), []);
  const open = openFlags.value;
  return (
    <section class="queue" aria-labelledby="queue-title">
      <h2 id="queue-title">
        {t('queue.title')}
        {open.length > 0 && <span class="count">{t('queue.count', { count: open.length })}</span>}
      </h2>
      {late.value && <p class="notice notice-offline">{t('queue.offline')}</p>}
      {open.length === 0 && <p class="empty">{t('queue.empty')}</p>}
      {open.map((flag) => (
        <FlagCard key={flag.id} flag={flag} />
      ))}
      {decidedFlags.value.length > 0 && (
        <>
          <h3 class="section-small">{t('queue.closed_title')}</h3>
          <ul class="decided-list">
            {decidedFlags.value.map((flag) => (
              <DecidedFlag key={flag.id} flag={flag} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
