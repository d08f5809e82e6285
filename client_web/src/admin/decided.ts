/** What an association decided: written as a whole at each change of one answer, and put back when that is refused. */

import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { t } from '../locales/text';
import { useLoaded } from '../shell/loaded';
import { useAttempt } from '../shell/refused';
import { http } from '../wire/http';

export interface Decided<P> {
  found: ReadonlySignal<P | null>;
  problem: ReadonlySignal<string>;
  /** That it is written, for whoever hears the page. */
  done: ReadonlySignal<string>;
  change: (answer: Partial<P>) => void;
}

export function usePolicy<P>(path: string): Decided<P> {
  const { found, problem, keep } = useLoaded<P>(path);
  const done = useSignal('');
  const { problem: refused, attempt } = useAttempt();
  const change = (answer: Partial<P>): void => {
    const before = found.peek();
    if (before === null) return;
    const next = { ...before, ...answer };
    keep(next);
    done.value = '';
    void attempt(async () => {
      try {
        await http('PUT', path, next);
        done.value = t('admin.policy_saved');
      } catch (error) {
        keep(before);
        throw error;
      }
    });
  };
  return { found, problem: useComputed(() => problem.value || refused.value), done, change };
}
