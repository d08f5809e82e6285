/** What a page shows of the server: asked for when the page stands, and again when it may have changed. */

import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import type { Down } from '../wire/events';
import { http } from '../wire/http';
import { on, onOnline } from '../wire/link';
import { Problem, refusedBecause } from './refused';

export interface Loaded<T> {
  found: ReadonlySignal<T | null>;
  problem: ReadonlySignal<string>;
  /** Asks again. */
  load: () => Promise<void>;
  /** What an act was answered with. An answer that is still on its way is older, and no longer counts. */
  keep: (fresh: T) => void;
}

/** What `path` holds; asked again after these events, and once the network is back if it could not be had. */
export function useLoaded<T>(path: string, after: readonly (keyof Down)[] = []): Loaded<T> {
  const found = useSignal<T | null>(null);
  const problem = useSignal('');
  const questions = useRef(0);
  const keep = (fresh: T): void => {
    questions.current += 1;
    found.value = fresh;
    problem.value = '';
  };
  const load = async (): Promise<void> => {
    const mine = (questions.current += 1);
    try {
      const fresh = await http<T>('GET', path);
      if (mine === questions.current) keep(fresh);
    } catch (error) {
      if (mine === questions.current) problem.value = refusedBecause(error);
    }
  };
  useEffect(() => {
    const again = (): void => void load();
    again();
    const ends = [...after.map((event) => on(event, again)), onOnline(() => problem.peek() && again())];
    return () => {
      questions.current += 1;
      ends.forEach((end) => end());
    };
  }, [path]);
  return { found, problem, load, keep };
}

interface Props<T> {
  of: Loaded<T>;
  children: (found: T) => ComponentChildren;
}

/** What was loaded; until then that it comes, or why not, with another try. */
export function Awaited<T>({ of: { found, problem, load }, children }: Props<T>): VNode {
  return (
    <>
      <Problem sentence={problem.value} again={load} />
      {found.value === null ? !problem.value && <p class="empty">{t('app.loading')}</p> : children(found.value)}
    </>
  );
}
