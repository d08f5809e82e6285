/** What a case is and how it stands, in plain words. */

import { ago, dayAndHour } from '../locales/moments';
import { t, tOr, type Key } from '../locales/text';
import { me } from '../session/session';
import type { Case } from '../wire/case';

export const categoryWord = (category: string): string => tOr(`category.${category}`, 'category.other');

/** What it is, in a line. */
export function caseName(one: Case): string {
  if (one.origin === 'help') return one.by ? t('case.origin.help_of', { name: one.by.name }) : t('case.origin.help');
  return t(`case.origin.${one.origin}`, { category: categoryWord(one.category) });
}

/** Whom it is about, as far as the reader may know. */
export function caseAbout(one: Case): string {
  if (one.pair) return t('case.pair', { pair: `${one.pair.mentor} · ${one.pair.mentee}` });
  if (one.about) return t('case.about', { name: one.about.name });
  return one.by && one.origin !== 'help' ? t('case.by', { name: one.by.name }) : '';
}

const mine = (one: Case): boolean => one.owner?.id === me.value?.account.id;

/** Who has it, or of whom it is expected. */
export function caseOwner(one: Case): string {
  if (!one.owner) return t('case.nobody');
  const waits = one.state === 'open' ? '_wanted' : '';
  return mine(one) ? t(`case.owner${waits}_you` as Key) : t(`case.owner${waits}` as Key, { name: one.owner.name });
}

/** How it stands, in a sentence: the name of its state, and who has it. */
export function caseStanding(one: Case): string {
  if (one.state === 'closed') return t('case.outcome_is', { outcome: outcomeWord(one.outcome) });
  return `${t(`case.state.${one.state}`)} · ${caseOwner(one)}`;
}

export const outcomeWord = (outcome: unknown): string => tOr(`case.outcome.${String(outcome)}`, 'case.outcome.other');

export const opened = (one: Case): string => t('case.since', { when: ago(new Date(one.opened_at)) });

export const whenIn = (at: string): string => dayAndHour(new Date(at));
