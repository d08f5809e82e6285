/** On every page of staff: that a case waits for them, and the way to it. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { BOARD, caseAddress, route } from '../shell/route';
import { waitingCases } from './living';

export function CaseStrip(): VNode | null {
  const [first, ...more] = waitingCases.value;
  const here = route.value;
  if (!first || here.page === 'board' || (here.page === 'case' && here.id === first.id && more.length === 0)) return null;
  return (
    <p class="case-strip" aria-live="assertive">
      <a href={more.length ? BOARD : caseAddress(first.id)}>
        <Icon name="clock" />
        {t('case.waits', { count: more.length + 1 })}
      </a>
    </p>
  );
}
