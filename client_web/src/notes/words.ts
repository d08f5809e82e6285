/** Voice notes and real-time text, as far as the whole page knows of them, and how their code comes: ahead of its use, so
 * that a note can be recorded where there is no network. */

import { signal } from '@preact/signals';
import { dressed } from '../shell/dress';

type Words = typeof import('../parts/words');

/** The address of `styles/words.css`, which the bundler names by its content. */
declare const WORDS_STYLES: string;

const AGAIN_MS = 10_000;

/** Their code, once it is here. */
export const words = signal<Words | null>(null);
/** The room for which a note is being recorded. `held`: for as long as the button is pressed. */
export const recording = signal<{ room: number; held: boolean } | null>(null);

export async function fetchWords(): Promise<Words> {
  words.value ??= await dressed(import('../parts/words'), WORDS_STYLES);
  return words.value;
}

export function fetchWordsAhead(): void {
  if (!words.peek()) void fetchWords().catch(() => setTimeout(fetchWordsAhead, AGAIN_MS));
}

/** Which note a message of kind "voice" says, and its length in seconds. */
export function noteOf(body: string): { id: string; seconds: number } {
  const [id = '', seconds = '0'] = body.split(' ');
  return { id, seconds: Number(seconds) };
}

/** `1:05` */
export const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
