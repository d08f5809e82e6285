/** The lines of a journal under their days. */

import type { JournalLine } from '../wire/journal';

export interface Day {
  readonly first: Date;
  readonly lines: readonly JournalLine[];
}

/** In the order of the lines: of those that were told later, the day is that of the reading. */
export function byDay(lines: readonly JournalLine[]): Day[] {
  const sorted = [...lines].sort((one, other) => other.at.localeCompare(one.at) || other.id - one.id);
  const days: { first: Date; lines: JournalLine[] }[] = [];
  for (const line of sorted) {
    const at = new Date(line.at);
    const last = days.at(-1);
    if (last && last.first.toDateString() === at.toDateString()) last.lines.push(line);
    else days.push({ first: at, lines: [line] });
  }
  return days;
}
