/** What a screen reader says of things that happen by themselves: politely, and in one breath when they come together. */

import { signal } from '@preact/signals';
import type { VNode } from 'preact';

const BREATH_MS = 700;
const MOST = 3; // sayings in one breath; of more only the last are worth hearing

const said = signal('');
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  waiting = [...waiting, text].slice(-MOST);
  timer ??= setTimeout(() => {
    timer = undefined;
    said.value = waiting.join('. ');
    waiting = [];
  }, BREATH_MS);
}

export const Announcer = (): VNode => (
  <div class="visually-hidden" role="status" aria-live="polite">
    {said}
  </div>
);
