/** Stretches of time, cut for reading: by days, and one person's own. */

import type { Gap, Stretch } from '../wire/duty';
import { clockIn, dayIn, instantIn, later } from './zoned';

export interface Piece extends Stretch {
  /** On the wall; an end at midnight is "24:00". */
  from: string;
  to: string;
}

export interface Day {
  day: string;
  pieces: Piece[];
}

/** Each day between two instants, with what of the stretches falls on it. */
export function byDays(stretches: readonly Stretch[], zone: string, begins: string, ends: string): Day[] {
  const days: Day[] = [];
  const last = dayIn(zone, new Date(Date.parse(ends) - 1));
  for (let day = dayIn(zone, new Date(begins)); day <= last; day = later(day, 1)) {
    const since = instantIn(zone, day, '00:00').getTime();
    const until = instantIn(zone, later(day, 1), '00:00').getTime();
    const pieces = stretches
      .map((stretch) => ({ stretch, from: Math.max(Date.parse(stretch.begins), since), to: Math.min(Date.parse(stretch.ends), until) }))
      .filter(({ from, to }) => from < to)
      .map(({ stretch, from, to }) => ({
        ...stretch,
        from: clockIn(zone, new Date(from)),
        to: to === until ? '24:00' : clockIn(zone, new Date(to)),
      }));
    days.push({ day, pieces });
  }
  return days;
}

/** When `me` is on call from `now` on, in as few spans as there can be. */
export function mine(stretches: readonly Stretch[], me: string, now: number): Gap[] {
  const spans: Gap[] = [];
  for (const { begins, ends, on_call } of stretches) {
    if (!on_call.includes(me) || Date.parse(ends) <= now) continue;
    const before = spans.at(-1);
    if (before?.ends === begins) spans[spans.length - 1] = { begins: before.begins, ends };
    else spans.push({ begins, ends });
  }
  return spans;
}
