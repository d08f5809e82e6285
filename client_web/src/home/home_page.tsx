/** The first page, by role. */

import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { load } from '../consent/pages';
import { t } from '../locales/text';
import { unseen } from '../notices/unseen';
import { home, isStaff, me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { later } from '../shell/later';
import { DATA, JOURNAL, LETTERS, REPORTS, go, roomAddress } from '../shell/route';
import { useTitle } from '../shell/title';
import type { RoomCard } from '../wire/room';
import { InCallBar } from './in_call_bar';
import { RoomCards } from './room_cards';

const NoticeList = later(async () => (await import('../parts/notices')).NoticeList);
const ConsentCard = later(async () => (await import('../parts/consent')).ConsentCard);
const Proposals = later(async () => (await import('../parts/pairs')).Proposals);
const Outside = later(async () => (await import('../parts/outside')).Outside);
// A young person's telephone does not fetch what only the staff use.
const WatchLinks = later(async () => (await import('../parts/watch')).WatchLinks, () => null);
const MoreLinks = later(async () => (await import('../parts/watch')).MoreLinks, () => null);
const StaffHome = later(async () => (await import('../parts/watch')).StaffHome);

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
        {isStaff.value && <WatchLinks />}
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
          {isStaff.value && <MoreLinks />}
        </p>
      </main>
    </div>
  );
}

function Content(): VNode {
  const account = me.value!.account;
  switch (account.role) {
    case 'supervisor':
    case 'admin':
      return <StaffHome />;
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
