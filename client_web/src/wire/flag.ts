/** What waits for the professionals and what they decide, named as docs/protocol.md names it. */

import type { Language, Named, Role } from './account';
import type { FullMessage } from './room';

export interface Label {
  category: string;
  severity: number;
  score: number;
  start: number;
  end: number;
  rule: string;
  /** Of the rules that gave it. */
  version: string;
}

export type FlagState = 'open' | 'second' | 'escalated' | 'released' | 'released_masked' | 'returned' | 'refused' | 'acknowledged';
export type Decision = 'release' | 'release_masked' | 'return' | 'refuse' | 'acknowledge' | 'escalate';
export type Reason =
  | 'harmless'
  | 'misread'
  | 'context_ok'
  | 'personal_detail'
  | 'unsafe'
  | 'hurtful'
  | 'needs_talk'
  | 'serious'
  | 'other';
/** `[start, end]` in code points of the excerpt. */
export type Span = [number, number];

/** What a colleague wants to decide, and what waits for a second pair of eyes. */
export interface Proposal {
  decision: Decision;
  by: Named;
  at: string;
  reason: Reason;
  note?: string;
  advice?: string;
  spans?: Span[];
  lift_freeze: boolean;
}

export interface Flag {
  id: string;
  room?: string | null;
  seq?: number | null;
  author: { id: string; name: string; role: Role };
  people: string[];
  category: string;
  severity: number;
  action: 'deliver' | 'mask' | 'hold' | 'block' | 'help';
  alert: boolean;
  labels: Label[];
  /** A sentence for each label. */
  explanations: Record<Language, string>[];
  excerpt: string;
  /** What the message says now, when its author changed it since. */
  edited?: string;
  state: FlagState;
  /** Grows with each change: of two cards of a flag the higher counts. */
  revision: number;
  /** What the reader may decide now. */
  decisions: Decision[];
  /** Of one's own caseload. */
  mine: boolean;
  raised_at: string;
  due_at?: string;
  claimed?: { by: Named; until: string; mine: boolean };
  proposal?: Proposal;
  escalated?: { by: Named; at: string };
  appeal?: { at: string; words?: string; before?: { state: FlagState; by: Named; at: string }; decided?: string };
  /** The pair is paused because of this flag. */
  frozen?: true;
  /** A blind second review: what was decided is not told. */
  sample?: true;
  decided_at?: string | null;
  decided_by?: Named | null;
  seconded_by?: Named;
  reason?: Reason;
  note?: string | null;
  advice?: string;
}

/** `GET flags?state=…`. */
export type FlagList = 'open' | 'closed' | 'second' | 'sample';
export interface FlagPage {
  flags: Flag[];
  more: boolean;
}

/** `POST flags/{flag}/decide`, answered with the Flag. */
export interface DecideBody {
  decision: Decision;
  reason: Reason;
  note?: string;
  advice?: string;
  lift_freeze?: boolean;
  spans?: Span[];
}
/** `POST flags/{flag}/second`, answered with the Flag. */
export interface SecondBody {
  agree: boolean;
  note?: string;
}
/** `POST flags/{flag}/sample`. */
export interface SampleBody {
  decision: Decision;
  reason: Reason;
}

/** `GET flags/{flag}/context`. */
export interface FlagContext {
  messages: FullMessage[];
  flagged?: number;
}

/** `GET flags/agreement`: shares from 0 to 1 with their 95 % interval. */
export interface Agreement {
  n: number;
  agreed: number;
  agreement?: number;
  low?: number;
  high?: number;
  kappa?: number;
}
/** `GET flags/rules`: how often a rule was found to be wrong, in the last 90 days. */
export interface RuleFigures {
  rule: string;
  category: string;
  raised: number;
  decided: number;
  overturned: number;
  share?: number;
  low?: number;
  high?: number;
}
export interface RuleTable {
  since: string;
  rules: RuleFigures[];
}
