/** Which cases are shown: remembered as long as the page lives, the same for the list and the board. */

import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import type { Filter } from './rules';

export const filter = signal<Filter>({ which: 'all', severity: 1 });

export function FilterBar(): VNode {
  const id = useId();
  const { which, severity } = filter.value;
  return (
    <div class="people-filter case-filter">
      <p class="field">
        <label for={`${id}-which`}>{t('cases.which')}</label>
        <select id={`${id}-which`} value={which} onChange={(event) => (filter.value = { ...filter.peek(), which: event.currentTarget.value as Filter['which'] })}>
          {(['all', 'mine', 'waiting'] as const).map((name) => (
            <option key={name} value={name}>
              {t(`cases.${name}`)}
            </option>
          ))}
        </select>
      </p>
      <p class="field">
        <label for={`${id}-severity`}>{t('cases.severity')}</label>
        <select id={`${id}-severity`} value={severity} onChange={(event) => (filter.value = { ...filter.peek(), severity: Number(event.currentTarget.value) })}>
          {([1, 2, 3, 4] as const).map((level) => (
            <option key={level} value={level}>
              {t(`severity.${level}`)}
            </option>
          ))}
        </select>
      </p>
    </div>
  );
}
