/** Which page stands, and what lives beside all pages: the help card, the sound of a call, the quiet voice. */

import type { ComponentType, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { calling } from './call/current';
import { behindPin } from './entry/absence';
import { HelpCard } from './help/help_card';
import { HomePage } from './home/home_page';
import { staffCode } from './home/staff_code';
import { t } from './locales/text';
import { RoomPage } from './room/room_page';
import { me } from './session/session';
import { Announcer } from './shell/announce';
import { dressed } from './shell/dress';
import { Header } from './shell/header';
import { focusPage, later } from './shell/later';
import { route } from './shell/route';
import { SignInPage } from './signin/signin_page';

/** The address of `styles/own.css`, which the bundler names by its content. */
declare const OWN_STYLES: string;

/** The page of a part that comes later. Help stands above it also while it is coming, or cannot come. */
const page = <Props extends object>(fetchIt: () => Promise<ComponentType<Props>>): ComponentType<Props> => later(fetchIt, Waiting);

/** With the look, and the texts, of what all staff use. */
const besideStaff = async <Code,>(code: Promise<Code>): Promise<Code> => (await Promise.all([code, staffCode()]))[0];

const JoinPage = page(async () => (await import('./parts/entry')).JoinPage);
const PinCurtain = page(async () => (await import('./parts/entry')).PinCurtain);
const PersonPage = page(async () => (await staffCode()).PersonPage);
const LooksPage = page(async () => (await import('./parts/looks')).LooksPage);
const RulesPage = page(async () => (await staffCode()).RulesPage);
const BoardPage = page(async () => (await besideStaff(import('./parts/board'))).BoardPage);
const CaseDesk = page(async () => (await besideStaff(import('./parts/cases'))).CaseDesk);
const HeardPage = page(async () => (await import('./parts/heard')).HeardPage);
const JournalPage = page(async () => (await import('./parts/journal')).JournalPage);
const DataPage = page(async () => (await dressed(import('./parts/mydata'), OWN_STYLES)).DataPage);
const DeskPage = page(async () => (await besideStaff(import('./parts/desk'))).DeskPage);
const DutyPage = page(async () => (await besideStaff(import('./parts/duty'))).DutyPage);
const relayPart = async (): Promise<typeof import('./parts/relay')> => besideStaff(import('./parts/relay'));
const CaseRelayPage = page(async () => (await relayPart()).CaseRelayPage);
const DispatchPage = page(async () => (await relayPart()).DispatchPage);
const WaitingPage = page(async () => (await relayPart()).WaitingPage);
const DepartmentsPage = page(async () => (await relayPart()).DepartmentsPage);
const GlassPage = page(async () => (await staffCode()).GlassPage);
const HeadsPage = page(async () => (await staffCode()).HeadsPage);
const SecurityPage = page(async () => {
  const code = await import('./parts/security');
  await code.dressed;
  return code.SecurityPage;
});
const ReachPage = page(async () => (await dressed(import('./parts/reach'), OWN_STYLES)).ReachPage);
const ConsentPage = page(async () => (await dressed(import('./parts/consent'), OWN_STYLES)).ConsentPage);
const PapersPage = page(async () => (await import('./parts/pairs')).PapersPage);
const CasePages = page(async () => (await besideStaff(import('./parts/pairs'))).CasePages);
const CharterPage = page(async () => (await besideStaff(import('./parts/caseload'))).CharterPage);
const HandoverPage = page(async () => (await besideStaff(import('./parts/caseload'))).HandoverPage);
const ReportPage = page(async () => (await dressed(import('./parts/reports'), OWN_STYLES)).ReportPage);
const ReportsPage = page(async () => (await dressed(import('./parts/reports'), OWN_STYLES)).ReportsPage);
const LettersPage = page(async () => (await dressed(import('./parts/letters'), OWN_STYLES)).LettersPage);
const HelplinesPage = page(async () => (await besideStaff(import('./parts/helplines'))).HelplinesPage);
const YoungPages = page(async () => (await staffCode()).YoungPages);

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
  if (here.page === 'helplines' && role === 'admin') return <HelplinesPage />;
  if (here.page === 'board' && role === 'supervisor') return <BoardPage />;
  if ((here.page === 'case' || here.page === 'cases') && ['supervisor', 'admin'].includes(role)) return <CaseDesk />;
  if (here.page === 'desk' && ['supervisor', 'admin'].includes(role)) return <DeskPage />;
  if (here.page === 'duty' && ['supervisor', 'admin'].includes(role)) return <DutyPage />;
  if (here.page === 'case_relay' && role === 'supervisor') return <CaseRelayPage key={here.id} id={here.id} />;
  if (here.page === 'dispatch' && ['supervisor', 'admin'].includes(role)) return <DispatchPage key={here.id} id={here.id} />;
  if (here.page === 'second_looks' && ['supervisor', 'admin'].includes(role)) return <WaitingPage />;
  if (here.page === 'departments' && ['supervisor', 'admin'].includes(role)) return <DepartmentsPage />;
  if (here.page === 'glass' && ['supervisor', 'admin'].includes(role)) return <GlassPage />;
  if (here.page === 'heads' && role === 'admin') return <HeadsPage />;
  if (here.page === 'person' && role === 'admin') return <PersonPage key={here.id} id={here.id} />;
  if (here.page === 'security') return <SecurityPage />;
  if (here.page === 'report') return <ReportPage key={`${here.room}/${here.seq}/${here.person}`} room={here.room} seq={here.seq} person={here.person} />;
  if (here.page === 'reports') return <ReportsPage />;
  if (here.page === 'reach') return <ReachPage />;
  if (here.page === 'consents' && ['mentee', 'guardian'].includes(role)) return <ConsentPage />;
  if ((here.page === 'young' || here.page === 'consent_texts') && ['supervisor', 'admin'].includes(role)) return <YoungPages />;
  if (here.page === 'handover' && ['supervisor', 'admin'].includes(role)) return <HandoverPage key={here.pair} pair={here.pair} />;
  if (here.page === 'charter' && role === 'admin') return <CharterPage />;
  if (here.page === 'papers' && role === 'mentor') return <PapersPage />;
  if ((here.page === 'pair' || here.page === 'mentor' || here.page === 'welfare') && ['supervisor', 'admin'].includes(role)) return <CasePages />;
  return here.page === 'rules' && ['supervisor', 'admin'].includes(role) ? <RulesPage /> : <HomePage />;
}

function Waiting({ trouble }: { trouble?: VNode | null }): VNode {
  return (
    <div class="page">
      <Header back={me.value != null && route.value.page !== 'home'} />
      <main id="content" class="page-main" tabIndex={-1}>
        {trouble ?? <p class="empty">{t('app.loading')}</p>}
      </main>
    </div>
  );
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
