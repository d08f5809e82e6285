/** People's requests on their data, for who answers them; for admins also legal holds and how long what is kept. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import type { DataRequest } from '../wire/data';
import { HoldsSection } from './holds_section';
import { RequestCard } from './request_card';
import { RetentionSection } from './retention_section';

export function DeskPage(): VNode {
  const loaded = useLoaded<{ requests: DataRequest[] }>('data/desk', ['notice:new']);
  const admin = me.value?.account.role === 'admin';
  const list = (requests: readonly DataRequest[]): VNode => (
    <ul class="requests">
      {requests.map((request) => (
        <RequestCard key={request.id} request={request} onChange={loaded.load} />
      ))}
    </ul>
  );
  return (
    <Page title={t('desk.title')} kind="looks mydata">
      <p class="lead">{t('desk.lead')}</p>
      <section aria-labelledby="open-title">
        <h2 id="open-title">{t('desk.open')}</h2>
        <Awaited of={loaded}>
          {({ requests }) => {
            const open = requests.filter((one) => !one.ended_at);
            const aside = requests.filter((one) => one.ended_at && one.aside);
            const over = requests.filter((one) => one.ended_at && !one.aside);
            return (
              <>
                {open.length === 0 ? <p class="empty">{t('desk.none')}</p> : list(open)}
                {aside.length > 0 && (
                  <>
                    <h3>{t('desk.put_aside')}</h3>
                    {list(aside)}
                  </>
                )}
                {over.length > 0 && (
                  <details>
                    <summary>{t('desk.over', { count: over.length })}</summary>
                    {list(over)}
                  </details>
                )}
              </>
            );
          }}
        </Awaited>
      </section>
      {admin && <HoldsSection />}
      {admin && <RetentionSection />}
    </Page>
  );
}
