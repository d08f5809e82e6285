/** What the queue is after a fetch during which news came: pure, so that no order of the two can lose a flag. */

import type { Flag } from '../wire/types';

/**
 * `fetched` is the list as the server saw it at some moment of the fetch, `news` what arrived by itself since the
 * fetch began. A decision is final, so it wins over an open flag on either side; otherwise the news is the later word.
 */
export function merged(fetched: readonly Flag[], news: ReadonlyMap<string, Flag>): ReadonlyMap<string, Flag> {
  const flags = new Map(fetched.map((flag) => [flag.id, flag]));
  for (const [id, flag] of news) {
    const known = flags.get(id);
    if (!known || known.state === 'open' || flag.state !== 'open') flags.set(id, flag);
  }
  return flags;
}
