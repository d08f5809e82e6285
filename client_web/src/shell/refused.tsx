/** What a person reads when something was refused, and things to do that may be. */

import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t, type Key } from '../locales/text';
import { Refusal } from '../wire/refusal';

/** The server's own sentence, or ours where there is none. */
export const refusedBecause = (error: unknown, otherwise: Key = 'error.unreachable'): string =>
  error instanceof Refusal && error.message ? error.message : t(otherwise);

interface ProblemProps {
  sentence: string | undefined;
  /** Another try, where there is something to try. */
  again?: () => void;
}

export function Problem({ sentence, again }: ProblemProps): VNode | null {
  const here = useRef<HTMLParagraphElement>(null);
  // On a telephone it may stand far above the button that was pressed.
  useEffect(() => here.current?.scrollIntoView({ block: 'nearest' }), [sentence]);
  return sentence ? (
    <p ref={here} class="problem" role="alert">
      {sentence}
      {again && (
        <button type="button" class="quiet-button" onClick={() => again()}>
          {t('app.again')}
        </button>
      )}
    </p>
  ) : null;
}

/** The person, or their browser, thought better of it: nothing to say. */
export class Declined extends Error {}

export interface Attempt {
  busy: ReadonlySignal<boolean>;
  problem: ReadonlySignal<string>;
  /** Does it, busy meanwhile. What it returns, or the Refusal that it throws, is said as the problem; Declined is not. */
  attempt: (act: () => Promise<string | void>) => Promise<void>;
}

export function useAttempt(): Attempt {
  const busy = useSignal(false);
  const problem = useSignal('');
  const attempt: Attempt['attempt'] = async (act) => {
    const before = document.activeElement;
    busy.value = true;
    problem.value = '';
    try {
      problem.value = (await act()) ?? '';
    } catch (error) {
      if (!(error instanceof Declined)) problem.value = refusedBecause(error);
    }
    busy.value = false;
    requestAnimationFrame(() => giveBack(before));
  };
  return { busy, problem, attempt };
}

/** A button that was off while it was busy has lost the focus; by now it is on again. */
function giveBack(before: Element | null): void {
  if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
}
