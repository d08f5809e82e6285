/** Which page of cases stands. */

import type { VNode } from 'preact';
import { route } from '../shell/route';
import { CasePage } from './case_page';
import { CasesPage } from './cases_page';

export function CaseDesk(): VNode {
  const here = route.value;
  return here.page === 'case' ? <CasePage key={here.id} id={here.id} /> : <CasesPage />;
}
