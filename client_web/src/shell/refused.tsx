/** What a person reads when something was refused, and things to do that may be. */

import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t, type Key } from '../locales/text';
import { Refusal } from '../wire/refusal';

/** The server's own sentence, or ours where there is none. */
export const refusedBecause = (error: unknown, otherwise: Key = 'error.unreachable'): string =>
  error instanceof Refusal && error.message ? error.message : t(otherwise);

export const Problem = ({ sentence }: { sentence: string | undefined }): VNode | null =>
  sentence ? (
    <p class="problem" role="alert">
      {sentence}
    </p>
  ) : null;

export interface Attempt {
  busy: ReadonlySignal<boolean>;
  problem: ReadonlySignal<string>;
  /** Does it, busy meanwhile. What it returns, or the Refusal that it throws, is said as the problem. */
  attempt: (act: () => Promise<string | void>) => Promise<void>;
}

export function useAttempt(): Attempt {
  const busy = useSignal(false);
  const problem = useSignal('');
  const attempt: Attempt['attempt'] = async (act) => {
    busy.value = true;
    problem.value = '';
    try {
      problem.value = (await act()) ?? '';
    } catch (error) {
      problem.value = refusedBecause(error);
    }
    busy.value = false;
  };
  return { busy, problem, attempt };
}
