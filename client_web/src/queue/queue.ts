/** The professional's live list: what was flagged, and what they and their colleagues decided. */

import { computed, effect, signal } from '@preact/signals';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { http } from '../wire/http';
import { on, onOnline } from '../wire/link';
import { Refusal } from '../wire/refusal';
import type { Flag, Reason } from '../wire/types';
import { merged } from './merged';

export type Decision = 'release' | 'refuse' | 'acknowledge';
const REASON: Record<Decision, Reason> = { release: 'context_ok', refuse: 'unsafe', acknowledge: 'other' };

const flags = signal<ReadonlyMap<string, Flag>>(new Map());
/** What was chosen and not answered yet, and what went wrong, by flag. */
export const deciding = signal<ReadonlyMap<string, Decision>>(new Map());
export const problems = signal<ReadonlyMap<string, string>>(new Map());

export const openFlags = computed(() =>
  [...flags.value.values()]
    .filter((flag) => flag.state === 'open')
    .sort((a, b) => b.severity - a.severity || a.raised_at.localeCompare(b.raised_at)),
);
const RECENT = 8;
export const decidedFlags = computed(() =>
  [...flags.value.values()]
    .filter((flag) => flag.state !== 'open')
    .sort((a, b) => (b.decided_at ?? '').localeCompare(a.decided_at ?? ''))
    .slice(0, RECENT),
);

const watches = (): boolean => me.peek()?.account.role === 'supervisor';

/** What arrived since the latest load began. */
let news = new Map<string, Flag>();

export async function loadQueue(): Promise<void> {
  if (!watches()) return;
  const since = (news = new Map<string, Flag>());
  try {
    const open: Flag[] = [];
    for (let more = true; more; ) {
      const last = open.at(-1);
      const page = await http<{ flags: Flag[]; more: boolean }>('GET', `flags?state=open${last ? `&before=${last.id}` : ''}`);
      open.push(...page.flags);
      more = page.more && page.flags.length > 0;
    }
    const closed = await http<{ flags: Flag[] }>('GET', 'flags?state=closed');
    if (since !== news) return; // a later load is under way, or somebody else signed in
    flags.value = merged([...open, ...closed.flags.slice(0, RECENT)], since);
  } catch {
    // Without an answer the list stays as it was; the page says that it is offline.
  }
}

export async function decide(flag: Flag, decision: Decision, note: string): Promise<void> {
  deciding.value = new Map(deciding.peek()).set(flag.id, decision);
  problems.value = without(problems.peek(), flag.id);
  try {
    const words = note.trim() ? { note: note.trim() } : {};
    take(await http<Flag>('POST', `flags/${flag.id}/decide`, { decision, reason: REASON[decision], ...words }));
  } catch (error) {
    await coped(flag, error);
  } finally {
    deciding.value = without(deciding.peek(), flag.id);
  }
}

/** Somebody was faster: show what they decided. Anything else: say it, and leave the choice open. */
async function coped(flag: Flag, error: unknown): Promise<void> {
  const code = error instanceof Refusal ? error.code : 'unreachable';
  if (code === 'conflict' || code === 'flag_decided') {
    await loadQueue();
    const name = flags.peek().get(flag.id)?.decided_by?.name;
    return say(flag.id, name ? t('queue.already', { name }) : t('queue.already_somebody'));
  }
  say(flag.id, error instanceof Refusal && error.message ? error.message : t('error.unreachable'));
}

export const reasonOf = (flag: Flag): string => tOr(`category.${flag.action === 'help' ? 'help' : flag.category}`, 'category.other');

function say(id: string, sentence: string): void {
  problems.value = new Map(problems.peek()).set(id, sentence);
}

function take(flag: Flag): void {
  news.set(flag.id, flag);
  flags.value = new Map(flags.peek()).set(flag.id, flag);
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

on('flag:raised', (flag) => {
  if (!flags.peek().has(flag.id)) announce(t('queue.new', { reason: reasonOf(flag), author: flag.author.name }));
  take(flag);
});
on('flag:changed', take);
onOnline(() => void loadQueue());

let owner: string | undefined;
effect(() => {
  const account = me.value?.account.id;
  if (account === owner) return;
  owner = account;
  flags.value = new Map(); // of the person before: nothing of it stays
  news = new Map();
  problems.value = new Map();
});
