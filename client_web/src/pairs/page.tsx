/** What the pages of pairs share: a frame that loads one thing, and a reason that is chosen from a list. */

import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { t, tOr } from '../locales/text';
import { Header, LinkNotice } from '../shell/header';
import { Problem, refusedBecause } from '../shell/refused';
import { useTitle } from '../shell/title';
import { http } from '../wire/http';
import { on } from '../wire/link';

export interface Loaded<T> {
  found: Signal<T | null>;
  problem: Signal<string>;
  load: () => Promise<void>;
}

/** What `path` holds, and again whenever this person is told of something: a colleague may have acted. */
export function useLoaded<T>(path: string): Loaded<T> {
  const found = useSignal<T | null>(null);
  const problem = useSignal('');
  const load = async (): Promise<void> => {
    try {
      found.value = await http<T>('GET', path);
      problem.value = '';
    } catch (error) {
      problem.value = refusedBecause(error);
    }
  };
  useEffect(() => {
    void load();
    heard.add(load);
    return () => void heard.delete(load);
  }, [path]);
  return { found, problem, load };
}

const heard = new Set<() => Promise<void>>();
const again = (): void => heard.forEach((load) => void load());
on('notice:new', again);
on('room:rights', again);

export function Page({ title, problem, children }: { title: string; problem?: string; children: ComponentChildren }): VNode {
  useTitle(title);
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main" tabIndex={-1}>
        <LinkNotice />
        <h1 class="hello">{title}</h1>
        <Problem sentence={problem} />
        {children}
      </main>
    </div>
  );
}

interface SelectProps {
  label: string;
  name: string;
  /** Texts stand under `PREFIX.OPTION`. */
  options: readonly string[];
  prefix: string;
}

export function Select({ label, name, options, prefix }: SelectProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} required>
        {options.length > 1 && <option value="">{t('pairs.choose')}</option>}
        {options.map((option) => (
          <option key={option} value={option}>
            {word(prefix, option)}
          </option>
        ))}
      </select>
    </p>
  );
}

export function Area({ label, name, hint }: { label: string; name: string; hint?: string }): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <textarea id={id} name={name} rows={2} maxLength={2000} aria-describedby={hint ? `${id}-hint` : undefined} />
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </p>
  );
}

export const word = (prefix: string, key: string): string => tOr(`${prefix}.${key}`, 'pairs.other_word');

/** A day as people say it, from the day of a calendar. */
export const ofDay = (text: string): Date => new Date(`${text}T12:00`);
