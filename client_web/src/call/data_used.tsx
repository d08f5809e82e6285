/** How much data the call took so far, and of how much. */

import type { VNode } from 'preact';
import { language } from '../locales/language';
import { t } from '../locales/text';
import type { Call } from './call';

export function DataUsed({ current }: { current: Call }): VNode | null {
  if (current.peer.value === null) return null;
  const used = megabytes(current.used.value);
  const budget = current.budget.value;
  return (
    <p class="stage-data" title={t('call.used_why')}>
      {budget === null ? t('call.used', { used }) : t('call.used_of', { used, budget: megabytes(budget) })}
    </p>
  );
}

function megabytes(bytes: number): string {
  const size = bytes / 1_000_000;
  const format = new Intl.NumberFormat(language.value, { style: 'unit', unit: 'megabyte', maximumFractionDigits: size < 100 ? 1 : 0 });
  return format.format(size);
}
