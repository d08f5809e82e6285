/** Cases as professionals are told of them, named as docs/protocol.md names them. */

import type { Role } from './account';
import type { FullMessage } from './room';

export type CaseState = 'open' | 'acknowledged' | 'in_progress' | 'relayed' | 'closed';
export type Tier = 'shareable' | 'team' | 'confidential';
export type CaseOrigin = 'cadence' | 'flag' | 'help' | 'person' | 'report';

export interface CasePerson {
  id: string;
  name: string;
  role: Role;
}

export interface Case {
  id: string;
  /** Five characters for people to say. */
  reference: string;
  origin: CaseOrigin;
  category: string;
  severity: number;
  state: CaseState;
  /** Of an outline there is nobody but who has it. */
  sight: 'whole' | 'outline';
  /** Grows with each change: of two cards of a case the higher counts. */
  revision: number;
  opened_at: string;
  round: number;
  /** How many steps of the ladder were taken in this round. */
  pages: number;
  /** The reader was reached by one. */
  paged: boolean;
  can_acknowledge: boolean;
  /** Where the reader may take it. */
  next: CaseState[];
  due_at?: string;
  owner?: CasePerson;
  acknowledged?: { at: string; by?: string; outside: boolean };
  about?: CasePerson;
  by?: CasePerson;
  pair?: { id: string; mentor: string; mentee: string };
  room?: string;
  outcome?: string;
  closed_at?: string;
  merged_into?: string;
}

export interface CaseEntry {
  id: string;
  at: string;
  act: string;
  detail: Readonly<Record<string, unknown>>;
  by?: string;
  tier?: Tier;
  note?: string;
  hidden: boolean;
}

export type CasePart = 'author' | 'caller' | 'kept_away' | 'professional' | 'reported' | 'reporter' | 'witness' | 'young';

/** Somebody who is in it; `added`: those of `parts` that a professional said, and can take back. */
export interface CaseParty {
  person: CasePerson;
  parts: CasePart[];
  added: CasePart[];
}

export interface CaseLink {
  kind: 'case' | 'flag' | 'letter' | 'message' | 'pair' | 'report';
  ref: string;
  room?: string;
  seq?: number;
  /** When a professional added it, and who: what can be taken back. */
  added?: string;
  by?: string;
  reference?: string;
  pair?: { id: string; mentor: string; mentee: string };
  letter?: { person: CasePerson; author: string; line: 'own' | 'other'; at: string; readable: boolean };
}

/** `GET cases/{case}/messages/{message}`. */
export interface CaseExcerpt {
  messages: FullMessage[];
  marked: number;
  people: CasePerson[];
}

export interface CaseTask {
  id: string;
  words: string;
  made_by: string;
  owner?: CasePerson;
  due_on?: string;
  done_at?: string;
  done_by?: string;
}

/** One try to reach somebody; without a channel, what became of it as a whole. */
export interface CaseSent {
  channel: string;
  result: string;
  at?: string;
  reason?: string;
}

export interface CaseReached {
  name: string;
  outside: boolean;
  sent: CaseSent[];
}

export interface CasePageSent {
  round: number;
  step: number;
  rung: number;
  at: string;
  reached: CaseReached[];
}

/** `GET cases/{case}/file`. */
export interface CaseFile {
  case: Case;
  timeline: CaseEntry[];
  people: CaseParty[];
  /** The people of its pairs, whom one may want to name in it. */
  around: CasePerson[];
  links: CaseLink[];
  tasks: CaseTask[];
  pages: CasePageSent[];
  can_own: CasePerson[];
}

/** `GET cases?state=…`. */
export interface CaseList {
  cases: Case[];
  more: boolean;
}

/** `GET heard/{token}`. */
export interface Heard {
  organisation: string;
  reference: string;
  severity: number;
  opened_at: string;
  over: boolean;
  acknowledged_at?: string;
  /** It was by this very link. */
  yours: boolean;
}
