/**
 * Leaving at once: nothing of Binôme stays on the screen, and the way back leads to a page that says nothing. What it does
 * not hide stands on the card; why it is as it is, in docs/decisions/0228.
 */

import { behindPin } from '../entry/absence';
import { me, signOut } from '../session/session';
import { waiting } from '../outbox/outbox';
import { close } from '../wire/link';
import { remember } from '../shell/memory';

/** A calculator of this very server: leaving must tell nobody else that one was here (promise 7). */
const ELSEWHERE = '/calc.html';
const LEFT = 'binome.left';
const TAPS_MS = 1_500; // three taps of Escape within

/** `true` when this page is what the way back leads to: it goes away again, and shows nothing meanwhile. */
export function leftBehind(): boolean {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (!recallLeft()) return false;
  if (entry?.type === 'back_forward') {
    goAway();
    return true;
  }
  keepLeft(null); // somebody opens it, on purpose
  return false;
}

export function quickExit(): void {
  keepLeft('yes');
  document.title = '';
  document.documentElement.hidden = true;
  const account = me.peek()?.account.id;
  const calling = waiting.peek().some((item) => item.kind === 'help' && item.account === account);
  if (me.peek()?.pin) {
    behindPin.value = true; // so that nothing notes that somebody was here until now
    remember('here', '0');
  } else if (me.peek() && me.peek()?.pin === undefined && !calling) void signOut(false);
  close();
  goAway();
}

function goAway(): void {
  document.documentElement.hidden = true;
  document.body?.replaceChildren();
  location.replace(ELSEWHERE);
}

function recallLeft(): boolean {
  try {
    return sessionStorage.getItem(LEFT) !== null;
  } catch {
    return false;
  }
}

function keepLeft(value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(LEFT);
    else sessionStorage.setItem(LEFT, value);
  } catch {
    // Without storage the way back shows the page again, as it does in any browser.
  }
}

let taps: number[] = [];

addEventListener(
  'keydown',
  (event) => {
    const role = me.peek()?.account.role;
    if (event.key !== 'Escape' || event.repeat || role === 'supervisor' || role === 'admin') return;
    const now = performance.now();
    taps = [...taps.filter((at) => now - at < TAPS_MS), now];
    if (taps.length >= 3) quickExit();
  },
  true,
);

addEventListener('pageshow', (event) => {
  if (event.persisted && recallLeft()) goAway(); // kept whole by the browser for the way back
});
