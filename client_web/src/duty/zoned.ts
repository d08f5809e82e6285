/** Days and hours as the clock on the wall shows them where the association is, wherever this screen is. */

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

function parts(at: Date, zone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** "2026-11-24". */
export function dayIn(zone: string, at: Date): string {
  const { year, month, day } = parts(at, zone);
  return `${year}-${month}-${day}`;
}

/** "08:30". */
export function clockIn(zone: string, at: Date): string {
  const { hour, minute } = parts(at, zone);
  return `${hour}:${minute}`;
}

/** The first instant at which the clock in `zone` comes to this time of this day; where it is skipped, that of the skip. */
export function instantIn(zone: string, day: string, clock: string): Date {
  const wanted = Date.parse(`${day}T${clock}:00Z`);
  const shown = (at: number): number => Date.parse(`${dayIn(zone, new Date(at))}T${clockIn(zone, new Date(at))}:00Z`);
  const [one, other] = [-DAY_MS, DAY_MS].map((apart) => wanted - (shown(wanted + apart) - (wanted + apart))).sort((a, b) => a - b) as [number, number];
  const found = [one, other].find((at) => shown(at) === wanted);
  if (found !== undefined) return new Date(found);
  let [before, at] = [one, other]; // the clocks are put forward between the two
  while (at - before > MINUTE_MS) {
    const middle = before + Math.floor((at - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (shown(middle) < wanted) before = middle;
    else at = middle;
  }
  return new Date(at);
}

/** So many days after. */
export function later(day: string, days: number): string {
  const at = new Date(`${day}T12:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
