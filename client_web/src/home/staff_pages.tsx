/** Which page of staff stands: by the address, and by the role. */

import type { VNode } from 'preact';
import { me } from '../session/session';
import { page } from '../shell/coming';
import { route } from '../shell/route';
import { HomePage } from './home_page';
import { staffCode } from './staff_code';

/** With the look, and the texts, of what all staff use. */
const besideStaff = async <Code,>(code: Promise<Code>): Promise<Code> => (await Promise.all([code, staffCode()]))[0];

const PersonPage = page(async () => (await staffCode()).PersonPage);
const RulesPage = page(async () => (await staffCode()).RulesPage);
const GlassPage = page(async () => (await staffCode()).GlassPage);
const HeadsPage = page(async () => (await staffCode()).HeadsPage);
const YoungPages = page(async () => (await staffCode()).YoungPages);
const BoardPage = page(async () => (await besideStaff(import('../parts/board'))).BoardPage);
const CaseDesk = page(async () => (await besideStaff(import('../parts/cases'))).CaseDesk);
const DeskPage = page(async () => (await besideStaff(import('../parts/desk'))).DeskPage);
const DutyPage = page(async () => (await besideStaff(import('../parts/duty'))).DutyPage);
const HelplinesPage = page(async () => (await besideStaff(import('../parts/helplines'))).HelplinesPage);
const CasePages = page(async () => (await besideStaff(import('../parts/pairs'))).CasePages);
const CharterPage = page(async () => (await besideStaff(import('../parts/caseload'))).CharterPage);
const HandoverPage = page(async () => (await besideStaff(import('../parts/caseload'))).HandoverPage);
const relayPart = async (): Promise<typeof import('../parts/relay')> => besideStaff(import('../parts/relay'));
const CaseRelayPage = page(async () => (await relayPart()).CaseRelayPage);
const DispatchPage = page(async () => (await relayPart()).DispatchPage);
const WaitingPage = page(async () => (await relayPart()).WaitingPage);
const DepartmentsPage = page(async () => (await relayPart()).DepartmentsPage);

export function StaffPages(): VNode {
  const here = route.value;
  const admin = me.value?.account.role === 'admin';
  switch (here.page) {
    case 'case':
    case 'cases':
      return <CaseDesk />;
    case 'desk':
      return <DeskPage />;
    case 'duty':
      return <DutyPage />;
    case 'dispatch':
      return <DispatchPage key={here.id} id={here.id} />;
    case 'second_looks':
      return <WaitingPage />;
    case 'departments':
      return <DepartmentsPage />;
    case 'glass':
      return <GlassPage />;
    case 'young':
    case 'consent_texts':
      return <YoungPages />;
    case 'handover':
      return <HandoverPage key={here.pair} pair={here.pair} />;
    case 'pair':
    case 'mentor':
    case 'welfare':
      return <CasePages />;
    case 'rules':
      return <RulesPage />;
  }
  if (!admin && here.page === 'board') return <BoardPage />;
  if (!admin && here.page === 'case_relay') return <CaseRelayPage key={here.id} id={here.id} />;
  if (admin && here.page === 'helplines') return <HelplinesPage />;
  if (admin && here.page === 'heads') return <HeadsPage />;
  if (admin && here.page === 'person') return <PersonPage key={here.id} id={here.id} />;
  if (admin && here.page === 'charter') return <CharterPage />;
  return <HomePage />;
}
