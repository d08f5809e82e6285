/** Words of a text as places in code points, and the spans that a choice of them makes. Pure. */

import type { Label, Span } from '../wire/flag';

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let place = 0;
  for (const part of text.split(/(\s+)/u)) {
    const length = [...part].length;
    if (part && !/^\s/u.test(part)) words.push({ text: part, start: place, end: place + length });
    place += length;
  }
  return words;
}

/** What is hidden before anybody chooses: no mere note, and not the sentence at which the model asked for a look. */
export const isHidden = ({ severity, rule }: Pick<Label, 'severity' | 'rule'>): boolean => severity >= 2 && !rule.startsWith('model.');

/** The words that touch what was found. */
export function touched(words: readonly Word[], labels: readonly Pick<Label, 'start' | 'end'>[]): ReadonlySet<number> {
  const found = new Set<number>();
  words.forEach((word, index) => {
    if (labels.some(({ start, end }) => start < word.end && end > word.start)) found.add(index);
  });
  return found;
}

/** Chosen words that follow one another become one span, with what stands between them. */
export function spansOf(words: readonly Word[], chosen: ReadonlySet<number>): Span[] {
  const spans: Span[] = [];
  words.forEach((word, index) => {
    if (!chosen.has(index)) return;
    const before = spans.at(-1);
    if (before && chosen.has(index - 1)) before[1] = word.end;
    else spans.push([word.start, word.end]);
  });
  return spans;
}
