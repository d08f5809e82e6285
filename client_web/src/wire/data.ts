/** One's own data, requests on it, and the desk of staff. */

import type { Role } from './account';

export interface Seer {
  role: Role;
  reach: 'own_pair' | 'children' | 'caseload' | 'organisation';
  sees: readonly string[];
  never: readonly string[];
  people: readonly string[];
}

export type RequestKind = 'access' | 'correction' | 'erasure' | 'objection' | 'restriction';

export interface DataRequest {
  id: string;
  kind: RequestKind;
  state: 'received' | 'taken' | 'answered' | 'refused' | 'withdrawn';
  about: { id: string; name: string };
  by: { id: string; name: string };
  at: string;
  due_on: string;
  days: number;
  revision: number;
  words?: string;
  taken_by?: string;
  taken_at?: string;
  extended_at?: string;
  extended_why?: string;
  ended_by?: string;
  ended_at?: string;
  answer?: string;
  /** By this request the data is put aside now, until a day if there is one. */
  aside?: boolean;
  aside_until?: string;
}

export interface OwnRequests {
  requests: readonly DataRequest[];
  children: readonly { id: string; name: string }[];
}

export interface Prospect {
  name: string;
  removed: Readonly<Record<string, number>>;
  blanked: Readonly<Record<string, number>>;
  pairs: number;
  sealed_until?: string;
  why_not?: string;
}

export interface LegalHold {
  id: string;
  kind: 'person' | 'pair';
  people: readonly string[];
  reason: string;
  by: string;
  since: string;
  until: string;
  untold_until?: string;
  told_at?: string;
  ended_at?: string;
}

export interface Purpose {
  purpose: string;
  days: number;
  least: number;
  most: number;
  count: number;
  held: number;
}
