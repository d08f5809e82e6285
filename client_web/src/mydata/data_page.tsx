/** "My data": take it along, see who sees what, ask for something. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { Problem, refusedBecause } from '../shell/refused';
import { CONSENTS, JOURNAL, LOOKS, SECURITY } from '../shell/route';
import { useTitle } from '../shell/title';
import type { OwnRequests, Seer } from '../wire/data';
import { http } from '../wire/http';
import { NewRequest } from './new_request';
import { RequestList } from './request_list';
import { WhoSees } from './who_sees';

export function DataPage(): VNode {
  useTitle(t('mydata.title'));
  const seers = useSignal<readonly Seer[]>([]);
  const own = useSignal<OwnRequests | null>(null);
  const problem = useSignal('');
  const load = async (): Promise<void> => {
    try {
      const [who, requests] = await Promise.all([http<{ seers: Seer[] }>('GET', 'data/who'), http<OwnRequests>('GET', 'data/requests')]);
      seers.value = who.seers;
      own.value = requests;
      problem.value = '';
    } catch (error) {
      problem.value = refusedBecause(error);
    }
  };
  useEffect(() => void load(), []);
  const role = me.value?.account.role;
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main looks mydata" tabIndex={-1}>
        <LinkNotice />
        <h1>{t('mydata.title')}</h1>
        <p class="lead">{t('mydata.lead')}</p>
        <Problem sentence={problem.value} />
        <section aria-labelledby="export-title">
          <h2 id="export-title">{t('mydata.export')}</h2>
          <p>{t('mydata.export_why')}</p>
          <p>
            <a class="button" href="/api/v1/data/export" download>
              {t('mydata.export_act')}
            </a>
          </p>
          {own.value && own.value.children.length > 0 && <p>{t('mydata.export_child')}</p>}
        </section>
        <section aria-labelledby="requests-title">
          <h2 id="requests-title">{t('mydata.requests')}</h2>
          <p>{t('mydata.requests_why')}</p>
          {own.value && <RequestList requests={own.value.requests} onChange={load} />}
          {own.value && <NewRequest people={own.value.children} onMade={load} />}
        </section>
        <WhoSees seers={seers.value} />
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
      </main>
    </div>
  );
}
