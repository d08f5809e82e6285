/** The first page, by role. */

import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { load } from '../consent/pages';
import { t } from '../locales/text';
import { unseen } from '../notices/unseen';
import { home, me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { later } from '../shell/later';
import { BOARD, CASES, DATA, DEPARTMENTS, DESK, DUTY, GLASS, HEADS, JOURNAL, LETTERS, REPORTS, SECOND_LOOKS, go, roomAddress } from '../shell/route';
import { useTitle } from '../shell/title';
import type { RoomCard } from '../wire/room';
import { InCallBar } from './in_call_bar';
import { RoomCards } from './room_cards';
import { staffCode } from './staff_code';

const NoticeList = later(async () => (await import('../parts/notices')).NoticeList);
const ConsentCard = later(async () => (await import('../parts/consent')).ConsentCard);
const Proposals = later(async () => (await import('../parts/pairs')).Proposals);
const DueSection = later(async () => (await import('../parts/pairs')).DueSection);
// A young person's telephone does not fetch what only the staff use.
const Administration = later(async () => (await staffCode()).Administration);
const QueueSection = later(async () => (await staffCode()).QueueSection);

export function HomePage(): VNode | null {
  const account = me.value?.account;
  useTitle(t('app.home'));
  if (!account) return null;
  return (
    <div class={`page home home-${account.role}`}>
      <Header />
      <main id="content" class="page-main" tabIndex={-1}>
        <LinkNotice />
        <InCallBar />
        <h1 class="hello">{t('home.hello', { name: account.name })}</h1>
        {(account.role === 'supervisor' || account.role === 'admin') && (
          <p class="home-links">
            {account.role === 'supervisor' && (
              <a class="button button-soft" href={BOARD}>
                {t('app.board')}
              </a>
            )}
            <a class="button button-soft" href={CASES}>
              {t('app.cases')}
            </a>
          </p>
        )}
        {unseen.value.length > 0 && <NoticeList />}
        {(account.role === 'guardian' || (account.role === 'mentee' && home.value && !straight())) && <Consents />}
        {(home.value?.proposals?.length ?? 0) > 0 && <Proposals />}
        <Content />
        <p class="home-links">
          <a class="quiet-button" href={JOURNAL}>
            {t('app.journal')}
          </a>
          <a class="quiet-button" href={LETTERS}>
            {t('app.letters')}
          </a>
          <a class="quiet-button" href={REPORTS}>
            {t('app.reports')}
          </a>
          <a class="quiet-button" href={DATA}>
            {t('app.data')}
          </a>
          {(account.role === 'supervisor' || account.role === 'admin') && (
            <a class="quiet-button" href={DUTY}>
              {t('app.duty')}
            </a>
          )}
          {(account.role === 'supervisor' || account.role === 'admin') && (
            <a class="quiet-button" href={DESK}>
              {t('app.desk')}
            </a>
          )}
          {(account.role === 'supervisor' || account.role === 'admin') && (
            <a class="quiet-button" href={GLASS}>
              {t('app.glass')}
            </a>
          )}
          {(account.role === 'supervisor' || account.role === 'admin') && (
            <a class="quiet-button" href={SECOND_LOOKS}>
              {t('app.second_looks')}
            </a>
          )}
          {account.role === 'admin' && (
            <a class="quiet-button" href={DEPARTMENTS}>
              {t('app.departments')}
            </a>
          )}
          {account.role === 'admin' && (
            <a class="quiet-button" href={HEADS}>
              {t('app.heads')}
            </a>
          )}
        </p>
      </main>
    </div>
  );
}

function Content(): VNode {
  const account = me.value!.account;
  switch (account.role) {
    case 'supervisor':
      return (
        <div class="two-columns">
          <QueueSection />
          <section aria-labelledby="caseload-title">
            <h2 id="caseload-title">{t('home.caseload')}</h2>
            <RoomCards none="home.caseload_empty" />
            <DueSection />
          </section>
        </div>
      );
    case 'admin':
      return <Administration />;
    case 'guardian':
    case 'prescriber':
      return <Outside />;
    default:
      return <Pairs />;
  }
}

/** What is agreed to, and the code that shows it, come side by side. */
function Consents(): VNode {
  useEffect(() => void load().catch(() => undefined), []);
  return <ConsentCard />;
}

let wentStraight: string | null = null; // once each: whoever comes back to this page wants this page

/** The only room, when there is nothing else here to decide. */
const onlyRoom = (): RoomCard | undefined => (home.value?.rooms.length === 1 && !home.value.proposals ? home.value.rooms[0] : undefined);

/** This page is only passed through: it fetches nothing that would not be seen. */
const straight = (): boolean => onlyRoom() !== undefined && wentStraight !== me.value?.account.id;

function Pairs(): VNode {
  const only = onlyRoom();
  useEffect(() => {
    if (!only || !straight()) return;
    wentStraight = me.peek()?.account.id ?? null;
    go(roomAddress(only.number));
  }, [only]);
  return (
    <section aria-labelledby="rooms-title">
      <h2 id="rooms-title">{t(only ? 'home.my_room' : 'home.rooms')}</h2>
      <RoomCards none="home.no_room" />
    </section>
  );
}

/** For the family and for whoever referred the young person: just what exists for them today. */
function Outside(): VNode {
  const { account, organisation } = me.value!;
  return (
    <div class="card outside">
      <p>{t('guardian.lead', { organisation: organisation.name })}</p>
      <p>{t('guardian.contact', { organisation: organisation.name })}</p>
      <p>{t(account.role === 'guardian' ? 'guardian.private' : 'prescriber.private')}</p>
      <p>{t('guardian.help')}</p>
    </div>
  );
}
