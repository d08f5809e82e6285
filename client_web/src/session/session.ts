/** Who is signed in, from the first look at the page to sign-out; and what their first page needs. */

import { computed, effect, signal } from '@preact/signals';
import { addressRole } from '../locales/address';
import { followAccount } from '../locales/language';
import { forgetAll, sendFor } from '../outbox/outbox';
import { recall, remember } from '../shell/memory';
import { go } from '../shell/route';
import type { Me } from '../wire/account';
import type { Home } from '../wire/home';
import type { SignedIn } from '../wire/security';
import { endTurn, http, onSignedOut } from '../wire/http';
import { close, link, onOnline, open, refusalCode } from '../wire/link';
import { isHalfSignedIn, isSignedOut } from '../wire/refusal';
import { knownMe, onOtherTab, rememberMe, signedInHere } from './known';

/** Undefined until known, null when nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined);
export const home = signal<Home | null>(null);
/** Supervisors and admins: some pages are theirs alone. */
export const isStaff = computed(() => ['supervisor', 'admin'].includes(me.value?.account.role ?? ''));
/** Why the sign-in page is there, when it is for another reason than a first visit. */
export const endedBy = signal<string | null>(null);
/** The password was right, and a second factor is waited for. */
export const asked = signal<SignedIn | null>(null);

const LEAVING = 'leaving';
const STALE_MS = 30_000; // what the first page shows may have changed after an absence of this length
const SOON_MS = 4_000; // on a first visit the socket may be quicker than what was asked for just before it
let loadedAt = 0;
let coming: Promise<void> | undefined;
let lastHere: string | null = null;
let ending: Promise<boolean> | undefined;

export async function start(): Promise<void> {
  if (!(await leftForGood())) {
    me.value = null;
    return;
  }
  const known = knownMe();
  if (known) begin(known); // also without a network: the shell, the help card, the unsent messages
  await loadHome(known === null);
}

/** Fetches the first page. Without an answer nothing changes, except on a first visit: then somebody has to sign in. */
export function loadHome(first = false): Promise<void> {
  return (coming = fetchHome(first));
}

async function fetchHome(first: boolean): Promise<void> {
  try {
    const fresh = await http<Home>('GET', 'home');
    loadedAt = Date.now();
    home.value = fresh;
    begin(fresh.me);
  } catch (error) {
    if (isHalfSignedIn(error)) await askAgain();
    else if (first || isSignedOut(error)) me.value ??= null;
  }
}

/** With a second factor to come, what is `asked` is what happens next. */
export async function signIn(login: string, password: string): Promise<void> {
  await leftForGood();
  await finish(await http<SignedIn>('POST', 'session', { login, password }));
}

/** What the server answered to a sign-in, or to its second step. */
export async function finish(answer: SignedIn): Promise<void> {
  const { account, organisation, expires_at, second_factor } = answer;
  asked.value = second_factor ? answer : null;
  if (!account || !organisation) return;
  begin({ account, organisation, expires_at });
  await loadHome();
}

/** This device's own session was ended with all others. */
export const signedOutElsewhere = (): void => end(null);

/** The page was loaded anew between the two steps of a sign-in. */
async function askAgain(): Promise<void> {
  end(null);
  try {
    await finish(await http<SignedIn>('GET', 'session/second-factor'));
  } catch {
    // The password is asked again.
  }
}

/** Signs out here and on the server. `forgetUnsent` also drops what has not gone yet. */
export async function signOut(forgetUnsent: boolean): Promise<void> {
  const leaving = me.peek();
  if (forgetUnsent && leaving) await forgetAll(leaving.account.id);
  remember(LEAVING, 'yes');
  end(null);
  await leftForGood();
}

/**
 * Ends on the server what the person ended here, perhaps without a network then: the page cannot see the cookie, and it
 * must not let the next one in as the last. False: not yet.
 */
async function leftForGood(): Promise<boolean> {
  if (!recall(LEAVING)) return true;
  // One at a time: the answer to a second one would take the cookie of who signs in behind the first.
  ending ??= http('DELETE', 'session').then(
    () => true,
    (error: unknown) => isSignedOut(error),
  );
  const left = await ending;
  ending = undefined;
  if (left) remember(LEAVING, null);
  return left;
}

function begin(fresh: Me): void {
  const other = me.peek()?.account.id !== fresh.account.id;
  if (lastHere !== null && lastHere !== fresh.account.id) go('#/', true); // the page of the last one is not theirs
  lastHere = fresh.account.id;
  me.value = fresh;
  rememberMe(fresh);
  endedBy.value = null;
  addressRole(fresh.account.role);
  followAccount(fresh.account.language);
  if (!other && link.peek() !== 'closed' && link.peek() !== 'refused') return;
  if (link.peek() !== 'refused') close();
  open();
  sendFor(fresh.account.id);
}

function end(why: string | null): void {
  endTurn();
  close();
  sendFor(null);
  rememberMe(null);
  remember('easy', null); // how one reads is one's own affair
  home.value = null;
  endedBy.value = why;
  me.value = null;
}

effect(() => {
  if (link.value === 'refused') end(refusalCode.peek());
});

onSignedOut(() => {
  if (me.peek()) end('session_expired');
});

addEventListener('online', () => void leftForGood());

onOnline(async () => {
  await Promise.race([coming, new Promise((done) => setTimeout(done, SOON_MS))]);
  if (me.peek() && Date.now() - loadedAt > STALE_MS) void loadHome();
});

// Another tab signed out, or in as somebody else: what this one shows belongs to a person who has gone.
onOtherTab(() => {
  if (me.peek() && signedInHere() !== me.peek()?.account.id) location.reload();
});
