/** Days and hours in words, in the person's own zone. */

import { language } from './language';
import { t } from './text';

const DAY_MS = 86_400_000;

function format(options: Intl.DateTimeFormatOptions, at: Date): string {
  if (language.value === 'en') return new Intl.DateTimeFormat('en-GB', options).format(at);
  return new Intl.DateTimeFormat('fr-FR', options).format(at).replace(/\b1 (?=[a-zéû])/, '1er '); // CLDR leaves that to us
}

export const hour = (at: Date): string => format({ hour: '2-digit', minute: '2-digit' }, at);

export function day(at: Date, now: Date = new Date()): string {
  const days = Math.round((midnight(now) - midnight(at)) / DAY_MS);
  if (days === 0) return t('day.today');
  if (days === 1) return t('day.yesterday');
  if (days === -1) return t('day.tomorrow');
  const withYear = at.getFullYear() !== now.getFullYear() ? ({ year: 'numeric' } as const) : {};
  return format({ weekday: 'long', day: 'numeric', month: 'long', ...withYear }, at);
}

/** The day of an instant, or one of the calendar ("2026-11-22"), as the wire has them. */
export const dayOf = (text: string): string => day(instant(text));

/** The same with its year and no name of the day: of what may lie far back. */
export const dateOf = (text: string): string => format({ day: 'numeric', month: 'long', year: 'numeric' }, instant(text));

export const dayAndHour = (at: Date): string => t('day.at', { day: day(at), hour: hour(at) });

export const sameDay = (one: Date, other: Date): boolean => midnight(one) === midnight(other);

/** The hour in `zone`, when clocks there show something else than here. */
export function hourElsewhere(at: Date, zone: string): string | null {
  try {
    const there = format({ hour: '2-digit', minute: '2-digit', timeZone: zone }, at);
    return there === hour(at) ? null : there;
  } catch {
    return null; // a zone this browser does not know
  }
}

/** "il y a 5 minutes": since when something waits. */
export function ago(at: Date, now: Date = new Date()): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - at.getTime()) / 60_000));
  if (minutes < 1) return t('ago.now');
  const relative = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' });
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  return relative.format(-Math.floor(minutes / (24 * 60)), 'day');
}

/** A day of the calendar is that day here, whatever the zone: so its noon. */
const instant = (text: string): Date => new Date(text.length === 10 ? `${text}T12:00` : text);

const midnight = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
