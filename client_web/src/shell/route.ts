/** Where we are: the part of the address after `#`, so that the server needs to know no page of ours. */

import { computed, signal } from '@preact/signals';

export type Route = { page: 'home' } | { page: 'looks' } | { page: 'rules' } | { page: 'room'; number: number };

/** What is looked at, and who sees it; open to everybody. */
export const LOOKS = '#/looks';
/** The rules of moderation of one's association; for supervisors and admins. */
export const RULES = '#/rules';

function read(): Route {
  const room = /^#\/r\/(\d+)$/.exec(location.hash);
  if (location.hash === LOOKS) return { page: 'looks' };
  if (location.hash === RULES) return { page: 'rules' };
  return room ? { page: 'room', number: Number(room[1]) } : { page: 'home' };
}

export const route = signal<Route>(read());
export const currentRoom = computed(() => (route.value.page === 'room' ? route.value.number : null));
export const roomAddress = (number: number): string => `#/r/${number}`;

export function go(address: string, replace = false): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  route.value = read();
}

addEventListener('hashchange', () => {
  route.value = read();
});
addEventListener('popstate', () => {
  route.value = read();
});
