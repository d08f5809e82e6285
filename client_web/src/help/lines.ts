/** Which helplines to show, and in which order, at this hour. Pure: the clock is handed in. */

import data from "../../../server/people/helplines/data/fr.json";

export interface Line {
  readonly id: string;
  readonly number: string;
  /** For immediate danger: always first. */
  readonly danger?: boolean;
  readonly free?: boolean;
  readonly sms?: boolean;
  readonly hiddenFromBill?: boolean;
  /** From and to, whole hours in the zone of the lines; missing: day and night. */
  readonly hours?: readonly [number, number];
  readonly chat?: readonly [number, number] | 'some';
}

export interface Shown {
  readonly line: Line;
  readonly open: boolean;
}

export const checked = new Date(`${data.checked}T12:00:00Z`);
const all = data.lines as unknown as readonly Line[];

export const dangerLines = (): readonly Line[] => all.filter((line) => line.danger);

/** Those to talk to: who can answer now comes first, the rest after, each in its own order. */
export function talkLines(now: Date, lines: readonly Line[] = all): readonly Shown[] {
  const hour = hourIn(data.zone, now);
  const shown = lines
    .filter((line) => !line.danger)
    .map((line) => ({ line, open: !line.hours || (hour >= line.hours[0] && hour < line.hours[1]) }));
  return [...shown.filter(({ open }) => open), ...shown.filter(({ open }) => !open)];
}

/** `tel:` or `sms:` with the digits alone. */
export const address = ({ number, sms }: Line): string => `${sms ? 'sms' : 'tel'}:${number.replace(/\D/g, '')}`;

function hourIn(zone: string, now: Date): number {
  const text = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(now);
  return parseInt(text, 10);
}
