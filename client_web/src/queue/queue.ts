/** The professional's live lists: what was flagged, what waits for a second pair of eyes, what was decided. */

import { computed, effect, signal } from '@preact/signals';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { refusedBecause } from '../shell/refused';
import type { DecideBody, Flag, FlagList, FlagPage, SampleBody, SecondBody } from '../wire/flag';
import { http } from '../wire/http';
import { on, onOnline } from '../wire/link';
import { Refusal } from '../wire/refusal';
import { GRAVE, inOrder, listOf, type ListName } from './lists';
import { merged, newer } from './merged';
import { lookedAtGrave } from './wellness';

const flags = signal<ReadonlyMap<string, Flag>>(new Map());
/** Blind second reviews; nothing of what was decided is told, so nothing of them changes by itself. */
export const samples = signal<readonly Flag[]>([]);
/** What is being asked of the server and was not answered yet, and what went wrong, by flag. */
export const busy = signal<ReadonlySet<string>>(new Set());
export const problems = signal<ReadonlyMap<string, string>>(new Map());

/** Whether they were ever had: before, an empty list says nothing. */
export const hadQueue = signal(false);

const RECENT = 8;
const onList = (list: ListName): Flag[] => {
  const account = me.value?.account.id ?? '';
  return inOrder([...flags.value.values()].filter((flag) => listOf(flag, account) === list), list);
};
export const openFlags = computed(() => onList('open'));
export const secondFlags = computed(() => onList('second'));
export const closedFlags = computed(() => onList('closed'));
export const decidedFlags = computed(() => closedFlags.value.slice(0, RECENT));

/** What is known of one flag; the page of a case asks the server for those that are on no list, and keeps them here. */
export const flagOf = (id: string): Flag | undefined => flags.value.get(id);
export const keepFlag = (flag: Flag): void => take(flag);

const watches = (): boolean => me.peek()?.account.role === 'supervisor';

/** What arrived since the latest load began. */
let news = new Map<string, Flag>();

export async function loadQueue(): Promise<void> {
  if (!watches()) return;
  const since = (news = new Map<string, Flag>());
  try {
    const waiting = [...(await whole('open')), ...(await whole('second'))];
    const sampled = await page('sample');
    const closed = await page('closed');
    if (since !== news) return; // a later load is under way, or somebody else signed in
    flags.value = merged([...waiting, ...closed.flags], since);
    samples.value = sampled.flags;
    hadQueue.value = true;
  } catch {
    // Without an answer the lists stay as they were; the page says that it is offline.
  }
}

const page = (list: FlagList, before?: string): Promise<FlagPage> =>
  http<FlagPage>('GET', `flags?state=${list}${before ? `&before=${before}` : ''}`);

async function whole(list: FlagList): Promise<Flag[]> {
  const found: Flag[] = [];
  for (let more = true; more; ) {
    const next = await page(list, found.at(-1)?.id);
    found.push(...next.flags);
    more = next.more && next.flags.length > 0;
  }
  return found;
}

/** Nobody else decides it for five minutes. Returns whether it is one's own now. */
export const claim = (flag: Flag): Promise<boolean> => act(flag, () => http<Flag>('POST', `flags/${flag.id}/claim`));
export const unclaim = (flag: Flag): Promise<boolean> => act(flag, () => http<Flag>('POST', `flags/${flag.id}/unclaim`));

export async function decide(flag: Flag, body: DecideBody): Promise<boolean> {
  const done = await act(flag, () => http<Flag>('POST', `flags/${flag.id}/decide`, body));
  if (done && flag.severity >= GRAVE) lookedAtGrave();
  return done;
}

export async function second(flag: Flag, body: SecondBody): Promise<boolean> {
  const done = await act(flag, () => http<Flag>('POST', `flags/${flag.id}/second`, body));
  if (done && flag.severity >= GRAVE) lookedAtGrave();
  return done;
}

export async function judgeSample(flag: Flag, body: SampleBody): Promise<boolean> {
  const done = await act(flag, async () => {
    await http('POST', `flags/${flag.id}/sample`, body);
    return null;
  });
  if (done) samples.value = samples.peek().filter(({ id }) => id !== flag.id);
  return done;
}

async function act(flag: Flag, ask: () => Promise<Flag | null>): Promise<boolean> {
  busy.value = new Set(busy.peek()).add(flag.id);
  forgetProblem(flag.id);
  try {
    const card = await ask();
    if (card) take(card);
    return true;
  } catch (error) {
    await coped(flag, error);
    return false;
  } finally {
    const rest = new Set(busy.peek());
    rest.delete(flag.id);
    busy.value = rest;
  }
}

const RENEWED = new Set(['conflict', 'flag_decided', 'flag_claimed', 'flag_moved_on', 'not_found']);

/** Somebody was faster, or the message has changed: show what it is now. Anything else: say it, and leave the choice open. */
async function coped(flag: Flag, error: unknown): Promise<void> {
  const code = error instanceof Refusal ? error.code : 'unreachable';
  if (RENEWED.has(code)) await loadQueue();
  if (code === 'flag_decided') {
    const name = flags.peek().get(flag.id)?.decided_by?.name;
    return say(flag.id, name ? t('queue.already', { name }) : t('queue.already_somebody'));
  }
  say(flag.id, refusedBecause(error));
}

export const reasonOf = (flag: Flag): string => tOr(`category.${flag.action === 'help' ? 'help' : flag.category}`, 'category.other');

function say(id: string, sentence: string): void {
  problems.value = new Map(problems.peek()).set(id, sentence);
}

function forgetProblem(id: string): void {
  const rest = new Map(problems.peek());
  rest.delete(id);
  problems.value = rest;
}

function take(flag: Flag): void {
  news.set(flag.id, newer(news.get(flag.id), flag));
  flags.value = new Map(flags.peek()).set(flag.id, newer(flags.peek().get(flag.id), flag));
}

on('flag:raised', (flag) => {
  if (!flags.peek().has(flag.id)) announce(t('queue.new', { reason: reasonOf(flag), author: flag.author.name }));
  take(flag);
});
on('flag:changed', (flag) => {
  const account = me.peek()?.account.id ?? '';
  const before = flags.peek().get(flag.id);
  if (listOf(flag, account) === 'second' && (!before || listOf(before, account) !== 'second')) {
    announce(t('queue.new_second', { reason: reasonOf(flag), name: flag.proposal?.by.name ?? '' }));
  }
  take(flag);
});
onOnline(() => void loadQueue());

let owner: string | undefined;
effect(() => {
  const account = me.value?.account.id;
  if (account === owner) return;
  owner = account;
  flags.value = new Map(); // of the person before: nothing of it stays
  samples.value = [];
  hadQueue.value = false;
  news = new Map();
  problems.value = new Map();
});
