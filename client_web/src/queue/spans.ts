/** A message cut into marked and unmarked pieces. Pure. */

import type { Label } from '../wire/flag';

export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** `start` and `end` of a label count code points; spans that touch or overlap become one, those outside are clipped. */
export function pieces(text: string, labels: readonly Pick<Label, 'start' | 'end'>[]): Piece[] {
  const points = [...text];
  const marked = new Uint8Array(points.length);
  for (const { start, end } of labels) marked.fill(1, Math.max(0, start), Math.max(0, end));
  const found: Piece[] = [];
  for (let from = 0; from < points.length; ) {
    let to = from + 1;
    while (to < points.length && marked[to] === marked[from]) to += 1;
    found.push({ text: points.slice(from, to).join(''), marked: marked[from] === 1 });
    from = to;
  }
  return found;
}
