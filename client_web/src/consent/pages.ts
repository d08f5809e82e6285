/** One's own pages of consent: fetched when shown, and again when the server says that something has changed. */

import { effect, signal } from '@preact/signals';
import { language } from '../locales/language';
import { me } from '../session/session';
import type { ConsentPage } from '../wire/consent';
import { http } from '../wire/http';
import { on } from '../wire/link';
import { Refusal } from '../wire/refusal';

export const pages = signal<readonly ConsentPage[] | null>(null);

let questions = 0;

/** Of answers that overtake each other, the one to the last question counts. */
async function keep(asking: Promise<{ pages: ConsentPage[] }>): Promise<void> {
  const mine = (questions += 1);
  const answered = await asking;
  if (mine === questions) pages.value = answered.pages;
}

export const load = (): Promise<void> => keep(http('GET', 'my-consents'));

/** A yes is to the text that was read. When that is no longer the one, what there is now comes with the refusal. */
export async function answer(mentee: string, purpose: string, agree: boolean, version: number): Promise<void> {
  try {
    await keep(http('POST', 'my-consents', { mentee, purpose, agree, ...(agree ? { version } : {}) }));
  } catch (error) {
    if (error instanceof Refusal && error.code === 'conflict') again();
    throw error;
  }
}

function again(): void {
  if (pages.peek()) void load().catch(() => undefined);
}

on('consent:changed', again);
effect(() => {
  if (language.value) again(); // what is agreed to stands in the language that is read
});
effect(() => {
  if (!me.value) pages.value = null;
});
