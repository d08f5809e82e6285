/** Text for people, by key. A key missing in one language fails the build. */

import { addressed } from './address';
import { fr } from './fr';
import type { frBoard } from './fr_board';
import type { frCases } from './fr_cases';
import type { frHeard } from './fr_heard';
import type { frCall } from './fr_call';
import type { frCaseload } from './fr_caseload';
import type { frConsent } from './fr_consent';
import type { frGlass } from './fr_glass';
import type { frHelp } from './fr_help';
import type { frHelplines } from './fr_helplines';
import type { frLetters } from './fr_letters';
import type { frJournal } from './fr_journal';
import type { frDesk } from './fr_desk';
import type { frDuty } from './fr_duty';
import type { frEntry } from './fr_entry';
import type { frPeople } from './fr_people';
import type { frLooks } from './fr_looks';
import type { frMend } from './fr_mend';
import type { frMyData } from './fr_mydata';
import type { frNotices } from './fr_notices';
import type { frReach } from './fr_reach';
import type { frRelay } from './fr_relay';
import type { frReports } from './fr_reports';
import type { frSecurity } from './fr_security';
import type { frOutside } from './fr_outside';
import type { frPairs } from './fr_pairs';
import type { frStaff } from './fr_staff';
import type { frSupervise } from './fr_supervise';
import type { frWatch } from './fr_watch';
import type { frWords } from './fr_words';
import type { frYoung } from './fr_young';
import { english, language } from './language';

/**
 * A sentence; or two, one for everybody and one for the young person, to whom French says "tu"; or a form for one and a
 * form for several.
 * `{name}` stands for a parameter.
 */
export type Text = string | readonly [vous: string, tu: string] | { readonly one: string; readonly other: string };
type Part =
  | typeof fr
  | typeof frBoard
  | typeof frCases
  | typeof frHeard
  | typeof frCall
  | typeof frCaseload
  | typeof frConsent
  | typeof frDesk
  | typeof frDuty
  | typeof frEntry
  | typeof frGlass
  | typeof frHelp
  | typeof frHelplines
  | typeof frLetters
  | typeof frJournal
  | typeof frLooks
  | typeof frMend
  | typeof frMyData
  | typeof frNotices
  | typeof frOutside
  | typeof frPairs
  | typeof frPeople
  | typeof frReach
  | typeof frRelay
  | typeof frReports
  | typeof frSecurity
  | typeof frStaff
  | typeof frSupervise
  | typeof frWatch
  | typeof frWords
  | typeof frYoung;
type KeysOf<P> = P extends unknown ? keyof P : never; // of each part, not of what all have
export type Key = KeysOf<Part>;
/** A part of the texts in another language than French. */
export type Texts<French> = Readonly<Record<keyof French, Text>>;
export type Params = Readonly<Record<string, string | number>>;

let french: Partial<Record<Key, Text>> = fr;

/** A part of the page that comes later brings its own. */
export function learnTexts(texts: Part): void {
  french = { ...french, ...texts };
}

export function t(key: Key, params: Params = {}): string {
  const chosen = language.value;
  const text = (chosen === 'en' && english.value?.[key]) || french[key] || key;
  return fill(pick(text, params, chosen), params);
}

/** The text under a key made at run time, or `otherwise` when there is none for it. */
export function tOr(key: string, otherwise: Key, params: Params = {}): string {
  return t(key in french ? (key as Key) : otherwise, params);
}

function pick(text: Text, params: Params, chosen: 'fr' | 'en'): string {
  if (typeof text === 'string') return text;
  if ('one' in text) return new Intl.PluralRules(chosen).select(Number(params['count'])) === 'one' ? text.one : text.other;
  return text[addressed.value === 'tu' ? 1 : 0];
}

const fill = (text: string, params: Params): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
