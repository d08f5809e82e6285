/** One's own pages of consent: fetched when shown, and again when the server says that something has changed. */

import { effect, signal } from '@preact/signals';
import { language } from '../locales/language';
import { me } from '../session/session';
import type { ConsentPage } from '../wire/consent';
import { http } from '../wire/http';
import { on } from '../wire/link';

export const pages = signal<readonly ConsentPage[] | null>(null);

const keep = (answer: { pages: ConsentPage[] }): void => {
  pages.value = answer.pages;
};

export const load = async (): Promise<void> => keep(await http('GET', 'my-consents'));

/** A yes is to the text that was read. */
export const answer = async (mentee: string, purpose: string, agree: boolean, version: number): Promise<void> =>
  keep(await http('POST', 'my-consents', { mentee, purpose, agree, ...(agree ? { version } : {}) }));

const again = (): void => {
  if (pages.peek()) void load().catch(() => undefined);
};

on('consent:changed', again);
effect(() => {
  if (language.value) again(); // what is agreed to stands in the language that is read
});
effect(() => {
  if (!me.value) pages.value = null;
});
