/** People's requests on their data, for who answers them; for admins also legal holds and how long what is kept. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { Problem, refusedBecause } from '../shell/refused';
import { useTitle } from '../shell/title';
import type { DataRequest } from '../wire/data';
import { http } from '../wire/http';
import { HoldsSection } from './holds_section';
import { RequestCard } from './request_card';
import { RetentionSection } from './retention_section';

export function DeskPage(): VNode {
  useTitle(t('desk.title'));
  const requests = useSignal<readonly DataRequest[] | null>(null);
  const problem = useSignal('');
  const load = async (): Promise<void> => {
    try {
      requests.value = (await http<{ requests: DataRequest[] }>('GET', 'data/desk')).requests;
      problem.value = '';
    } catch (error) {
      problem.value = refusedBecause(error);
    }
  };
  useEffect(() => void load(), []);
  const open = (requests.value ?? []).filter((one) => !one.ended_at);
  const over = (requests.value ?? []).filter((one) => one.ended_at);
  const admin = me.value?.account.role === 'admin';
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main looks mydata" tabIndex={-1}>
        <LinkNotice />
        <h1>{t('desk.title')}</h1>
        <p class="lead">{t('desk.lead')}</p>
        <Problem sentence={problem.value} />
        <section aria-labelledby="open-title">
          <h2 id="open-title">{t('desk.open')}</h2>
          {requests.value !== null && open.length === 0 && <p class="empty">{t('desk.none')}</p>}
          <ul class="requests">
            {open.map((request) => (
              <RequestCard key={request.id} request={request} onChange={load} />
            ))}
          </ul>
        </section>
        {over.length > 0 && (
          <details>
            <summary>{t('desk.over', { count: over.length })}</summary>
            <ul class="requests">
              {over.map((request) => (
                <RequestCard key={request.id} request={request} onChange={load} />
              ))}
            </ul>
          </details>
        )}
        {admin && <HoldsSection />}
        {admin && <RetentionSection />}
      </main>
    </div>
  );
}
