/** "My data": take it along, see who sees what, ask for something. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { CONSENTS, JOURNAL, LOOKS, SECURITY } from '../shell/route';
import type { OwnRequests, Seer } from '../wire/data';
import { NewRequest } from './new_request';
import { RequestList } from './request_list';
import { WhoSees } from './who_sees';

export function DataPage(): VNode {
  const who = useLoaded<{ seers: Seer[] }>('data/who');
  const own = useLoaded<OwnRequests>('data/requests', ['notice:new']);
  const role = me.value?.account.role;
  return (
    <Page title={t('mydata.title')} kind="looks mydata">
      <p class="lead">{t('mydata.lead')}</p>
      <section aria-labelledby="export-title">
        <h2 id="export-title">{t('mydata.export')}</h2>
        <p>{t('mydata.export_why')}</p>
        <p>
          <a class="button" href="/api/v1/data/export" download>
            {t('mydata.export_act')}
          </a>
        </p>
        {(own.found.value?.children.length ?? 0) > 0 && <p>{t('mydata.export_child')}</p>}
      </section>
      <section aria-labelledby="requests-title">
        <h2 id="requests-title">{t('mydata.requests')}</h2>
        <p>{t('mydata.requests_why')}</p>
        <Awaited of={own}>
          {({ requests, children }) => (
            <>
              <RequestList requests={requests} onChange={own.load} />
              <NewRequest people={children} onMade={own.load} />
            </>
          )}
        </Awaited>
      </section>
      <section aria-labelledby="who-title">
        <h2 id="who-title">{t('mydata.who')}</h2>
        <Awaited of={who}>{({ seers }) => <WhoSees seers={seers} />}</Awaited>
      </section>
      <section aria-labelledby="more-title">
        <h2 id="more-title">{t('mydata.more')}</h2>
        <ul>
          <li>
            <a href={JOURNAL}>{t('mydata.to_journal')}</a>
          </li>
          {(role === 'mentee' || role === 'guardian') && (
            <li>
              <a href={CONSENTS}>{t('mydata.to_consents')}</a>
            </li>
          )}
          <li>
            <a href={SECURITY}>{t('mydata.to_devices')}</a>
          </li>
          <li>
            <a href={LOOKS}>{t('mydata.to_looks')}</a>
          </li>
        </ul>
      </section>
    </Page>
  );
}
