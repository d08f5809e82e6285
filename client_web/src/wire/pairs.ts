/** Pairs and papers as professionals and mentors are told of them, named as docs/protocol.md names them. */

import type { Named, Pair } from './account';
import type { CharterText } from './caseload';

export type Gate = 'vetting' | 'charter' | 'training';
export type HoldKind = Gate | 'flag' | 'consent' | 'welfare' | 'suspended' | 'decision';

export interface PairFile {
  pair: Pair;
  revision: number;
  underneath: string;
  holds: { kind: HoldKind; since: string; why?: string; about?: 'mentor' | 'mentee'; by?: string }[];
  lacking: HoldKind[];
  acts: string[];
  bridges: Named[];
  history: { act: string; at: string; after: string; before?: string; why?: string; note?: string; by?: string; supervisor?: string }[];
  proposal?: { availability: string; network: string; equipment: string; about_mentor: string; answer?: string; answered_at?: string };
  bridge?: Pair;
  bridge_of?: string;
  until?: string;
}

export interface PaperFile {
  mentor: Named;
  /** The version to sign, and its articles by language. */
  charter: number;
  charter_text: CharterText;
  vetting_months: number;
  gates: { gate: Gate; asked: boolean; open: boolean; until?: string; days?: number }[];
  papers: { id: string; gate: Gate; kind: string; issued_on: string; at: string; withdrawn: boolean; valid_until?: string; version?: number }[];
}

export interface Welfare {
  mentee: Named;
  open: boolean;
  missing: string[];
  refused: boolean;
  entries: { step: string; on: string; at: string; outcome?: string; note?: string }[];
  due_on?: string;
  days?: number;
}

export interface Due {
  what: Gate | 'account' | 'evaluation' | 'welfare';
  who: Named;
  role: string;
  on?: string;
  days?: number;
}

export interface Gates {
  vetting: boolean;
  charter: boolean;
  training: boolean;
  vetting_months: number;
  welfare_blocks: boolean;
  closed_readable_days: number;
}
