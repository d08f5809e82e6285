/** What the queue is after a fetch during which news came: pure, so that no order of the two can lose a flag. */

import type { Flag } from '../wire/flag';

/**
 * `fetched` is the list as the server saw it at some moment of the fetch, `news` what arrived by itself since the
 * fetch began. Of two cards of a flag the one with the higher revision counts, of equal ones the news.
 */
export function merged(fetched: readonly Flag[], news: ReadonlyMap<string, Flag>): ReadonlyMap<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const flag of [...fetched, ...news.values()]) flags.set(flag.id, newer(flags.get(flag.id), flag));
  return flags;
}

/** Which of two cards of one flag counts: `arriving`, unless it is older than what is known. */
export const newer = (known: Flag | undefined, arriving: Flag): Flag => (known && known.revision > arriving.revision ? known : arriving);
