/** All cases: those that go on by their deadline, and those that are over; and a case that one opens oneself. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { useSeconds } from '../queue/countdown';
import { me } from '../session/session';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { BOARD, caseAddress, go } from '../shell/route';
import type { Case, CaseList } from '../wire/case';
import { http } from '../wire/http';
import { CaseLine } from './case_line';
import { filter, FilterBar } from './filter_bar';
import { hadCases, living, loadCases } from './living';
import { NewCase } from './new_case';
import { byDeadline, passes } from './rules';

export function CasesPage(): VNode {
  const closed = useSignal(false);
  const opening = useSignal(false);
  useSeconds();
  useEffect(() => void loadCases(), []);
  return (
    <Page title={t('cases.title')} kind="cases">
      <p class="lead">{t('cases.lead')}</p>
      <p class="flag-acts">
        <button type="button" class="button" onClick={() => (opening.value = true)}>
          {t('cases.open_one')}
        </button>
        {me.value?.account.role === 'supervisor' && (
          <a class="quiet-button" href={BOARD}>
            {t('app.board')}
          </a>
        )}
      </p>
      <nav class="queue-tabs" aria-label={t('cases.title')}>
        {[false, true].map((over) => (
          <button key={String(over)} type="button" class="queue-tab" aria-current={closed.value === over ? 'true' : undefined} onClick={() => (closed.value = over)}>
            {t(over ? 'cases.closed' : 'cases.living')}
            {!over && living.value.size > 0 && <span class="queue-count">{living.value.size}</span>}
          </button>
        ))}
      </nav>
      {closed.value ? <Closed /> : <Living />}
      {opening.value && <NewCase onClose={() => (opening.value = false)} onOpened={(one) => go(caseAddress(one.id))} />}
    </Page>
  );
}

function Living(): VNode {
  const account = me.value?.account.id ?? '';
  const shown = byDeadline([...living.value.values()].filter((one) => passes(one, filter.value, account)));
  if (!hadCases.value) return <p class="empty">{t('app.loading')}</p>;
  return (
    <>
      <FilterBar />
      {shown.length === 0 && <p class="empty">{t(living.value.size === 0 ? 'cases.none_living' : 'cases.none')}</p>}
      <div class="queue-list">
        {shown.map((one) => (
          <CaseLine key={one.id} one={one} />
        ))}
      </div>
    </>
  );
}

function Closed(): VNode {
  const found = useSignal<readonly Case[] | null>(null);
  const more = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const load = (): void =>
    void attempt(async () => {
      const last = found.peek()?.at(-1);
      const page = await http<CaseList>('GET', `cases?state=closed${last ? `&before=${last.id}` : ''}`);
      found.value = [...(found.peek() ?? []), ...page.cases];
      more.value = page.more;
    });
  useEffect(load, []);
  return (
    <>
      {found.value === null && !problem.value && <p class="empty">{t('app.loading')}</p>}
      {found.value?.length === 0 && <p class="empty">{t('cases.none')}</p>}
      <div class="queue-list">
        {(found.value ?? []).map((one) => (
          <CaseLine key={one.id} one={one} />
        ))}
      </div>
      <Problem sentence={problem.value} again={load} />
      {more.value && !problem.value && (
        <button type="button" class="button button-soft" disabled={busy.value} onClick={load}>
          {t('cases.more')}
        </button>
      )}
    </>
  );
}
