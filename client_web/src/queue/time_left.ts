/** A length of time in a few characters: minutes and seconds near its end, then hours, then days. */

import { t } from '../locales/text';

export function left(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t('time.minutes', { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 36 ? t('time.hours', { count: hours }) : t('time.days', { count: Math.round(hours / 24) });
}
