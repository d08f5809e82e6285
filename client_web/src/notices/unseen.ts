/** What the person was told and has not seen yet: fetched with the first page, then heard on the socket. */

import { effect, signal } from '@preact/signals';
import { home, me } from '../session/session';
import { http } from '../wire/http';
import { on } from '../wire/link';
import type { Notice } from '../wire/notice';

export const unseen = signal<readonly Notice[]>([]);

const putAway = new Set<string>(); // here, whatever an answer says that left the server before
let heard = 0; // by the socket

export async function loadNotices(): Promise<void> {
  const before = heard;
  try {
    const { notices } = await http<{ notices: Notice[] }>('GET', 'notices');
    if (before !== heard) return await loadNotices(); // this answer may be older than what was heard meanwhile
    unseen.value = notices.filter((notice) => !notice.seen_at && !putAway.has(notice.id));
  } catch {
    // The next first page asks again.
  }
}

/** Gone from the page at once; when the server does not hear of it they are back with the next page. */
export async function seen(notices: readonly Notice[]): Promise<void> {
  const ids = notices.map((notice) => notice.id);
  for (const id of ids) putAway.add(id);
  unseen.value = unseen.peek().filter((notice) => !ids.includes(notice.id));
  try {
    await http('POST', 'notices/seen', { ids });
  } catch {
    for (const id of ids) putAway.delete(id);
  }
}

on('notice:new', (notice) => {
  heard += 1;
  if (!unseen.peek().some((known) => known.id === notice.id)) unseen.value = [notice, ...unseen.peek()];
});

effect(() => {
  if (home.value) void loadNotices(); // with each first page, which is fetched again after an absence
});
effect(() => {
  if (!me.value) unseen.value = [];
});
