/** The language in use: the account's, else the one chosen here before, else the browser's. French when in doubt. */

import { effect, signal } from '@preact/signals';
import type { Language } from '../wire/account';
import { recall, remember } from '../shell/memory';
import type { Key, Text } from './text';

function firstGuess(): Language {
  const chosen = recall('language');
  if (chosen === 'fr' || chosen === 'en') return chosen;
  const wanted = (navigator.languages ?? [navigator.language]).map((tag) => tag.slice(0, 2));
  return wanted.find((tag): tag is Language => tag === 'fr' || tag === 'en') ?? 'fr';
}

/** The English texts, once fetched. */
export const english = signal<Readonly<Record<Key, Text>> | null>(null);
/** Changes only once the texts are here: `learn` sees to that. */
export const language = signal<Language>('fr');

effect(() => {
  document.documentElement.lang = language.value;
});

/** At the start: what to begin with. */
export const speakFirst = (): Promise<void> => learn(firstGuess());

/** By the person's own hand; what the account says does not override it on this device. */
export function chooseLanguage(chosen: Language): void {
  remember('language', chosen);
  void learn(chosen);
}

export function followAccount(account: Language): void {
  if (!recall('language')) void learn(account);
}

/** French is part of the page; another language is fetched once, and when it cannot be, French stays. */
async function learn(wanted: Language): Promise<void> {
  try {
    if (wanted === 'en') english.value ??= (await import('../parts/english')).en;
    language.value = wanted;
  } catch {
    // No network yet: the next choice tries again.
  }
}
