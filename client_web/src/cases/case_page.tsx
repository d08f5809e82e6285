/** One case: what it is, by when, who has it, and what to do; its file for who may see the whole, an outline for the others. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { useSeconds } from '../queue/countdown';
import { SummonedIn } from '../board/summoned';
import { Severity } from '../queue/severity';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { caseAddress, caseRelayAddress, CASES, go } from '../shell/route';
import type { Case, CaseFile } from '../wire/case';
import { on } from '../wire/link';
import { actOn } from './act';
import { Acts } from './acts';
import { Calls } from './calls';
import { Deadline, DeadlineWords } from './deadline';
import { Links } from './links';
import { PeopleCard } from './people_card';
import { later, newer } from './rules';
import { Rings } from './rings';
import { Tasks } from './tasks';
import { Timeline } from './timeline';
import { caseAbout, caseName, caseStanding, opened, whenIn } from './words';

export function CasePage({ id }: { id: string }): VNode {
  const loaded = useLoaded<Case>(`cases/${id}`);
  useSeconds();
  useEffect(
    () =>
      on('case:changed', (fresh) => {
        const known = loaded.found.peek();
        if (known && fresh.id === known.id) loaded.keep(newer(known, fresh));
      }),
    [id],
  );
  const reference = loaded.found.value?.reference;
  return (
    <Page title={reference ? t('case.title', { reference }) : t('cases.title')} kind="case">
      <Awaited of={loaded}>
        {(one) => (
          <>
            <Head one={one} onTaken={loaded.keep} onRefused={loaded.load} />
            {one.sight === 'whole' && me.value?.account.role === 'supervisor' && (
              <p>
                <a class="button button-soft" href={caseRelayAddress(one.id)}>
                  {t('case.hand_on')}
                </a>
              </p>
            )}
            {one.sight === 'whole' ? <File key={one.id} one={one} onChanged={loaded.load} /> : <Outline one={one} />}
          </>
        )}
      </Awaited>
      <p>
        <a class="quiet-button" href={CASES}>
          {t('cases.title')}
        </a>
      </p>
    </Page>
  );
}

interface HeadProps {
  one: Case;
  onTaken: (fresh: Case) => void;
  onRefused: () => Promise<void>;
}

function Head({ one, onTaken, onRefused }: HeadProps): VNode {
  const { busy, problem, attempt } = useAttempt();
  const done = useSignal('');
  const take = (): Promise<void> =>
    attempt(async () => {
      try {
        onTaken(await actOn(one.id, 'acknowledge'));
        done.value = t('case.taken');
      } catch (error) {
        void onRefused(); // who was faster stands there
        throw error;
      }
    });
  return (
    <section class={`flag flag-${one.severity} case-head`} aria-labelledby="case-name">
      <header class="flag-head">
        <Severity level={one.severity} />
        <h2 id="case-name">{caseName(one)}</h2>
        <span class="flag-times">
          <Deadline of={one} />
          <span>{opened(one)}</span>
        </span>
      </header>
      {caseAbout(one) && (
        <p>
          <strong>{caseAbout(one)}</strong>
        </p>
      )}
      <p class="case-standing">{caseStanding(one)}</p>
      <Taken one={one} />
      <DeadlineWords of={one} />
      {one.state === 'open' && (one.pages > 0 || one.paged) && (
        <p class="hint">
          {one.pages > 0 && `${t('case.pages', { count: one.pages })}. `}
          {one.paged && t('case.paged_you')}
        </p>
      )}
      {one.room && one.state !== 'closed' && <SummonedIn room={one.room} />}
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem.value} />
      {one.can_acknowledge && (
        <>
          <Rings />
          <button type="button" class="button button-wide" disabled={busy.value} onClick={() => void take()}>
            {t('case.take')}
          </button>
          <p class="hint">{t('case.take_why')}</p>
        </>
      )}
      {one.merged_into && (
        <p>
          <a class="quiet-button" href={caseAddress(one.merged_into)}>
            {t('case.see_case')}
          </a>
        </p>
      )}
    </section>
  );
}

function Taken({ one }: { one: Case }): VNode | null {
  const { acknowledged } = one;
  if (!acknowledged || one.state === 'closed') return null;
  const when = whenIn(acknowledged.at);
  if (acknowledged.outside) return <p class="notice notice-staff">{t('case.taken_outside', { when })}</p>;
  const own = acknowledged.by === me.value?.account.name && one.owner?.id === me.value?.account.id; // as far as a name tells
  return <p class="hint">{own ? t('case.taken_by_you', { when }) : t('case.taken_by', { name: acknowledged.by ?? t('case.somebody'), when })}</p>;
}

/** Read when it is opened, and again when it has changed: each reading is written down by the server. */
function File({ one, onChanged }: { one: Case; onChanged: () => Promise<void> }): VNode {
  const loaded = useLoaded<CaseFile>(`cases/${one.id}/file`);
  const shown = loaded.found.value?.case;
  useEffect(() => {
    if (shown && later(one, shown)) void loaded.load();
  }, [one.revision, one.pages, shown]);
  const done = async (into?: Case): Promise<void> => {
    announce(t('case.done'));
    if (into) return go(caseAddress(into.id));
    await onChanged();
  };
  const name = one.about?.name ?? one.by?.name;
  return (
    <>
      <p class="hint case-journalled">{name ? t('case.journalled', { name }) : t('case.journalled_nobody')}</p>
      <Awaited of={loaded}>
        {(found) => {
          const file = { ...found, case: newer(found.case, one) };
          return (
            <div class="two-columns case-columns">
              <div>
                <Acts file={file} onDone={done} />
                <Links one={one} links={file.links} onDone={done} />
                <PeopleCard file={file} onDone={done} />
                <Calls one={one} />
              </div>
              <div>
                <Tasks file={file} onDone={done} />
                <Timeline file={file} />
              </div>
            </div>
          );
        }}
      </Awaited>
    </>
  );
}

const Outline = ({ one }: { one: Case }): VNode => (
  <section class="card" aria-labelledby="case-outline">
    <h2 id="case-outline">{t('case.outline')}</h2>
    <p>{t('case.outline_why', { reference: one.reference })}</p>
  </section>
);
