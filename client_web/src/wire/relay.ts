/** What leaves the house about a case, as the server says it. */

export type Kind = 'bundle' | 'concern' | 'referral' | 'relay';
export type Can = 'answer' | 'download' | 'propose' | 'retell' | 'save' | 'second' | 'send' | 'urgent' | 'withdraw';
export type When = 'now' | 'later' | 'never';

export interface Telling {
  when: When;
  on?: string;
  why?: string;
  words?: string;
}

export interface Dispatch {
  id: string;
  case: string;
  reference: string;
  kind: Kind;
  outside: boolean;
  state: 'draft' | 'proposed' | 'agreed' | 'sent' | 'withdrawn';
  language: string;
  version: number;
  revision: number;
  made_by: string;
  made_at: string;
  needs_second: boolean;
  unseen: boolean;
  telling: Telling & { told_at?: string };
  can: readonly Can[];
  proposed_by?: string;
  proposed_at?: string;
  asked?: string;
  second?: { by: string; at: string; agrees: boolean; seen_as: 'whole' | 'outline'; note?: string };
  urgent_why?: string;
  contents?: { files: readonly string[]; bytes: number; to?: string; messages?: number; notes?: number; words?: number };
  manifest?: string;
  sent?: { by: string; at: string; how: string; note?: string };
  answer?: { answer: string; by: string; at: string; words?: string };
}

export interface Parent {
  name: string;
  relation?: string;
  address?: string;
  phone?: string;
  authority?: boolean | null;
}

export interface Fact {
  on?: string;
  place?: string;
  what?: string;
}

export interface Quote {
  source: 'written' | 'heard';
  text?: string;
  said_at?: string;
  room?: string;
  seq?: number;
  version?: number;
  heard_by?: string;
}

/** The fields of every kind; those of a kind are there, and what is empty may be missing. */
export interface Fields {
  kind: Kind;
  parents?: readonly Parent[];
  facts?: readonly Fact[];
  words?: readonly Quote[];
  parents_told?: boolean | null;
  attach?: boolean;
  [name: string]: unknown;
}

export interface DispatchFile {
  dispatch: Dispatch;
  fields: Fields;
  missing: readonly string[];
  versions: readonly { version: number; at: string; by: string }[];
}

export interface DispatchList {
  dispatches: readonly Dispatch[];
  seconds: readonly { id: string; name: string; role: string }[];
  sees: readonly string[];
  seen_as: 'whole' | 'outline';
}

export interface Department {
  code: string;
  name: string;
  contact?: { name: string; address: string; email: string; phone: string; source: string; checked_on: string };
}

export interface Told {
  id: string;
  kind: Kind;
  sent_at: string;
  told_at: string;
  by?: string;
  to?: string;
  words?: string;
}
