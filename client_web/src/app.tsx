/** Which page stands, and what lives beside all pages: the help card, the sound of a call, the quiet voice. */

import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { calling } from './call/current';
import { behindPin } from './entry/absence';
import { HelpCard } from './help/help_card';
import { HomePage } from './home/home_page';
import { t } from './locales/text';
import { RoomPage } from './room/room_page';
import { isStaff, me } from './session/session';
import { Announcer } from './shell/announce';
import { dressed } from './shell/dress';
import { focusPage } from './shell/later';
import { page, Waiting } from './shell/coming';
import { route } from './shell/route';
import { SignInPage } from './signin/signin_page';

/** The addresses of `styles/own.css` and `looks.css`, which the bundler names by their content. */
declare const OWN_STYLES: string;
declare const LOOKS_STYLES: string;

const JoinPage = page(async () => (await import('./parts/entry')).JoinPage);
const PinCurtain = page(async () => (await import('./parts/entry')).PinCurtain);
const LooksPage = page(async () => (await dressed(import('./parts/looks'), LOOKS_STYLES)).LooksPage);
const HeardPage = page(async () => (await import('./parts/heard')).HeardPage);
const JournalPage = page(async () => (await dressed(import('./parts/journal'), LOOKS_STYLES)).JournalPage);
const DataPage = page(async () => (await dressed(import('./parts/mydata'), OWN_STYLES)).DataPage);
const SecurityPage = page(async () => {
  const code = await import('./parts/security');
  await code.dressed;
  return code.SecurityPage;
});
const ReachPage = page(async () => (await dressed(import('./parts/reach'), OWN_STYLES)).ReachPage);
const ConsentPage = page(async () => (await dressed(import('./parts/consent'), OWN_STYLES)).ConsentPage);
const PapersPage = page(async () => (await import('./parts/pairs')).PapersPage);
const ReportPage = page(async () => (await dressed(import('./parts/reports'), OWN_STYLES)).ReportPage);
const ReportsPage = page(async () => (await dressed(import('./parts/reports'), OWN_STYLES)).ReportsPage);
const StaffPages = page(async () => (await import('./parts/watch')).StaffPages);
const LettersPage = page(async () => (await dressed(import('./parts/letters'), OWN_STYLES)).LettersPage);

export function App(): VNode {
  const here = route.value;
  const code = calling.value;
  const open = ['looks', 'join', 'heard'].includes(here.page); // to everybody
  useFocus();
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {t('app.skip')}
      </a>
      {here.page === 'looks' && <LooksPage />}
      {here.page === 'join' && <JoinPage />}
      {here.page === 'heard' && <HeardPage key={here.token} token={here.token} />}
      {!open && me.value === undefined && <Waiting />}
      {!open && me.value === null && <SignInPage />}
      {!open && me.value && (behindPin.value ? <PinCurtain /> : <Own />)}
      <HelpCard />
      {code && <code.Voices />}
      <Announcer />
    </>
  );
}

/** A page of one's own: which, is a matter of the address and of the role. */
function Own(): VNode {
  const here = route.value;
  const role = me.value?.account.role ?? '';
  if (here.page === 'room' && ['mentor', 'mentee', 'supervisor'].includes(role)) return <RoomPage key={here.number} number={here.number} />;
  if (here.page === 'journal') return <JournalPage />;
  if (here.page === 'data') return <DataPage />;
  if (here.page === 'letters') return <LettersPage key={here.person} person={here.person} line={here.line} />;
  if (here.page === 'security') return <SecurityPage />;
  if (here.page === 'report') return <ReportPage key={`${here.room}/${here.seq}/${here.person}`} room={here.room} seq={here.seq} person={here.person} />;
  if (here.page === 'reports') return <ReportsPage />;
  if (here.page === 'reach') return <ReachPage />;
  if (here.page === 'consents' && ['mentee', 'guardian'].includes(role)) return <ConsentPage />;
  if (here.page === 'papers' && role === 'mentor') return <PapersPage />;
  return isStaff.value && here.page !== 'home' ? <StaffPages /> : <HomePage />;
}

/** By script: the part after `#` is the page's address here. */
function skip(event: Event): void {
  event.preventDefault();
  focusPage();
}

/** A new page takes the focus, as a loaded one would; the first one leaves it to the browser. */
function useFocus(): void {
  const page = me.value ? JSON.stringify(route.value) : 'signin';
  const before = useRef(me.value === undefined ? null : page);
  useEffect(() => {
    if (before.current !== null && before.current !== page) focusPage();
    if (me.value !== undefined) before.current = page;
  }, [page]);
}
