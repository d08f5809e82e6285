/** Which helplines to show, and in which order, to whom, at this moment. Pure: the clock is handed in. */

import type { Hours, Line } from '../wire/help';

/** `text`: who cannot speak now. */
export type Channel = 'voice' | 'text';

export interface Shown {
  readonly line: Line;
  /** Somebody answers the telephone, or the text message, now. */
  readonly open: boolean;
  /** Somebody answers on the line's own site now, as far as we know its hours. */
  readonly chatting: boolean;
  /** It is for somebody of this age. */
  readonly fits: boolean;
}

const GROWN = 18;

/** For immediate danger, always first; who cannot speak finds first what takes a text message. */
export function dangerLines(lines: readonly Line[], channel: Channel = 'voice'): readonly Line[] {
  const danger = lines.filter((line) => line.danger);
  return channel === 'voice' ? danger : [...danger.filter((line) => line.sms), ...danger.filter((line) => !line.sms)];
}

/** Those to talk to: for this age first, of these who can answer now first, each in the order of the card. */
export function talkLines(now: Date, lines: readonly Line[], age?: number, channel: Channel = 'voice'): readonly Shown[] {
  const shown = lines.filter((line) => !line.danger).map((line) => ({ line, ...standing(line, now), fits: fits(line, age) }));
  const rank = (one: Shown): number => (one.fits ? 0 : 2) + (answers(one, channel) ? 0 : 1);
  return shown.map((one, place) => ({ one, place })).sort((a, b) => rank(a.one) - rank(b.one) || a.place - b.place).map(({ one }) => one);
}

/** Whether somebody answers now by this channel. */
export const answers = ({ line, open, chatting }: Shown, channel: Channel): boolean => (channel === 'voice' ? open : chatting || (!!line.sms && open));

/** An age that nobody knows fits all. */
export function fits(line: Line, age: number | undefined): boolean {
  if (age === undefined || (line.worried && age >= GROWN)) return true;
  return age >= (line.age_from ?? 0) && age <= (line.age_to ?? Infinity);
}

function standing(line: Line, now: Date): { open: boolean; chatting: boolean } {
  const at = clockIn(line.zone, now);
  const day = (hours: Hours | undefined): boolean => within(hours, line.days, at);
  return { open: day(line.hours), chatting: line.chat === 'some' || (line.chat !== undefined && day(line.chat)) };
}

interface Clock {
  minutes: number;
  /** 1 is Monday. */
  day: number;
}

function within(hours: Hours | undefined, days: readonly number[] | undefined, { minutes, day }: Clock): boolean {
  const on = (which: number): boolean => !days || days.includes(which);
  if (!hours) return on(day);
  const [from, to] = hours.map(minutesOf) as [number, number];
  if (from < to) return on(day) && minutes >= from && minutes < to;
  return (on(day) && minutes >= from) || (on(((day + 5) % 7) + 1) && minutes < to);
}

function minutesOf(text: string): number {
  const [hour, minute] = text.split(':').map(Number) as [number, number];
  return 60 * hour + minute;
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function clockIn(zone: string | undefined, now: Date): Clock {
  const options = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  let parts;
  try {
    parts = new Intl.DateTimeFormat('en-GB', { ...options, ...(zone ? { timeZone: zone } : {}) }).formatToParts(now);
  } catch {
    parts = new Intl.DateTimeFormat('en-GB', options).formatToParts(now); // a zone this browser does not know
  }
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '0';
  return { minutes: 60 * Number(part('hour')) + Number(part('minute')), day: DAYS.indexOf(part('weekday')) + 1 };
}

/** The day on which the number that was checked the longest ago was. */
export const checkedOn = (lines: readonly Line[]): string | undefined =>
  lines.reduce<string | undefined>((oldest, { checked }) => (checked && (!oldest || checked < oldest) ? checked : oldest), undefined);

/** `tel:` or `sms:` with the digits alone. */
export const address = ({ number, sms }: Pick<Line, 'number' | 'sms'>): string => `${sms ? 'sms' : 'tel'}:${number.replace(/[^\d+]/g, '')}`;

/** As people write it: of France in pairs, of elsewhere as it is. */
export function written(phone: string): string {
  const french = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(phone);
  return french ? `0${french.slice(1).join(' ')}` : phone;
}

/** Whether the device makes calls, as far as a browser says: else a number is to be read and copied. */
export const calls = (browser: { userAgent: string; userAgentData?: { mobile: boolean } }): boolean =>
  browser.userAgentData?.mobile ?? /iPhone|Android.*Mobile|Mobile.*Firefox/.test(browser.userAgent);
