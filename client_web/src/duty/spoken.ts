/** Days and spans of time in words, as the clock on the wall shows them where the association is. */

import { language } from '../locales/language';
import { t } from '../locales/text';
import type { Gap } from '../wire/duty';
import { clockIn, dayIn } from './zoned';

/** "lundi 23 novembre". */
export const dayName = (day: string): string =>
  new Intl.DateTimeFormat(language.value === 'en' ? 'en-GB' : 'fr-FR', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
    .format(new Date(`${day}T12:00Z`))
    .replace(/\b1 (?=[a-zéû])/, language.value === 'en' ? '1 ' : '1er ');

/** "lundi", for 1. */
export const weekdayName = (day: number): string =>
  new Intl.DateTimeFormat(language.value === 'en' ? 'en-GB' : 'fr-FR', { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, day)));

/** "mardi 24 novembre, de 18:00 à 23:00", or with both days. */
export function span({ begins, ends }: Gap, zone: string): string {
  const [since, until] = [new Date(begins), new Date(ends)];
  const [first, last] = [dayIn(zone, since), dayIn(zone, until)];
  const hours = { from: clockIn(zone, since), to: clockIn(zone, until) };
  return first === last ? t('duty.span_day', { day: dayName(first), ...hours }) : t('duty.span', { first: dayName(first), last: dayName(last), ...hours });
}
