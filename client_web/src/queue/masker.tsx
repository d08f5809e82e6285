/** Which words others will not read: each word is a switch, what was found is off to begin with. By keyboard: the arrows. */

import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { t } from '../locales/text';
import type { Span } from '../wire/flag';
import { spansOf, wordsOf } from './hiding';

interface Props {
  text: string;
  hidden: ReadonlySet<number>;
  onChange: (hidden: ReadonlySet<number>) => void;
}

export function Masker({ text, hidden, onChange }: Props): VNode {
  const words = wordsOf(text);
  const [current, setCurrent] = useState(() => Math.max(0, words.findIndex((_, index) => hidden.has(index))));
  const box = useRef<HTMLDivElement>(null);
  const toggle = (index: number): void => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    setCurrent(index);
    onChange(next);
  };
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const next = Math.min(words.length - 1, Math.max(0, current + step));
    setCurrent(next);
    box.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div class="masker" role="group" aria-label={t('queue.hide_words')} ref={box} onKeyDown={move}>
      {words.map((word, index) => (
        <button
          key={index}
          type="button"
          class="masker-word"
          aria-pressed={hidden.has(index)}
          tabIndex={index === current ? 0 : -1}
          onClick={() => toggle(index)}
        >
          {word.text}
        </button>
      ))}
    </div>
  );
}

/** What is asked of the server: words beside each other are hidden as one. */
export const hiddenSpans = (text: string, hidden: ReadonlySet<number>): Span[] => spansOf(wordsOf(text), hidden);
