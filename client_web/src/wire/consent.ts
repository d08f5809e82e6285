/** How consent stands, as docs/protocol.md says. */

import type { Named } from './account';

export const PURPOSES = ['chat', 'video', 'family_call', 'prescriber', 'notifications'] as const;
export type Purpose = (typeof PURPOSES)[number];
export type Band = 'child' | 'youth' | 'adult';
export type Why = 'agreed' | 'carried' | 'ask_young' | 'ask_guardian' | 'ask_both' | 'refused' | 'disagreed';
export type Decision = 'given' | 'refused' | 'withdrawn';

export interface Said {
  role: 'young' | 'guardian';
  mine: boolean;
  decision?: Decision;
  at?: string;
  /** False for a yes to words that hold no more. */
  counts: boolean;
  name?: string;
  account?: string;
}

export interface PurposeCard {
  purpose: Purpose;
  on: boolean;
  why: Why;
  version: number;
  text: string;
  easy: string;
  /** The reader's answer is awaited. */
  ask: boolean;
  said: Said[];
  asks_again_from?: string;
}

export interface GuardianCard {
  id: string;
  guardian: Named;
  relation: string;
  authority: boolean;
  since: string;
  paper?: string;
  until?: string;
  ended_why?: string;
}

export interface Line {
  at: string;
  recorded_at: string;
  purpose: Purpose;
  version: number;
  decision: Decision;
  name: string;
  capacity: 'self' | 'authority' | 'adult';
  how: 'app' | 'paper' | 'oral';
  recorded_by?: string;
}

export interface ConsentPage {
  mentee: Named;
  reader: 'self' | 'guardian' | 'staff';
  band: Band;
  may_answer: boolean;
  purposes: PurposeCard[];
  guardians: GuardianCard[];
  history: Line[];
  next?: { age: 15 | 18; on: string };
  addable?: Named[];
  lets_in?: boolean;
}

export interface YoungCard {
  mentee: Named;
  band: Band;
  guardians: number;
  off: Partial<Record<Purpose, Why>>;
}

export interface Wording {
  text: string;
  easy: string;
}

export interface ConsentText {
  purpose: Purpose;
  version: number;
  fr: Wording;
  en: Wording;
  changed_at?: string;
  asks_again_from?: string;
}
