/** Reports: one's own, and in a case. */

import type { Role } from './account';

export type ReportKind = 'danger' | 'hurtful' | 'other' | 'secrets' | 'sexual' | 'uneasy' | 'unwell';
export type ReportSubject = 'message' | 'person' | 'worry';
export type ReportState = 'received' | 'looked_at' | 'done';

export interface ReportAnswer {
  at: string;
  by: string;
  words: string;
}

export interface Report {
  id: string;
  at: string;
  subject: ReportSubject;
  kind: ReportKind;
  words: string;
  stopped: boolean;
  state: ReportState;
  moved_at: string;
  answers: readonly ReportAnswer[];
  person?: string;
  /** Contact was to be stopped, and a professional decides. */
  asked?: boolean;
}

/** Somebody whom one may report. `contact`: there is contact that can be stopped. */
export interface Acquaintance {
  id: string;
  name: string;
  role: Role;
  contact: boolean;
}

interface Somebody {
  id: string;
  name: string;
  role: Role;
}

export interface Evidence {
  id: string;
  at: string;
  by: Somebody;
  subject: ReportSubject;
  kind: ReportKind;
  words: string;
  stopped: boolean;
  state: ReportState;
  answers: readonly ReportAnswer[];
  person?: Somebody;
  asked?: boolean;
  message?: { id: string; room: string; seq: number; kind: 'text' | 'voice'; at: string; state: string; text: string; earlier: readonly string[] };
}
