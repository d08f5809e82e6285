/** Which of a professional's pages stands. */

import type { VNode } from 'preact';
import { route } from '../shell/route';
import { MentorPage } from './mentor_page';
import { PairPage } from './pair_page';
import { WelfarePage } from './welfare_page';

export function CasePages(): VNode | null {
  const here = route.value;
  if (here.page === 'pair') return <PairPage key={here.id} id={here.id} />;
  if (here.page === 'mentor') return <MentorPage key={here.id} id={here.id} />;
  return here.page === 'welfare' ? <WelfarePage key={here.id} id={here.id} /> : null;
}
