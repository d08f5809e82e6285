/** People and their associations, named as docs/protocol.md names them. */

export type Role = 'admin' | 'guardian' | 'mentee' | 'mentor' | 'prescriber' | 'supervisor';
export type Language = 'fr' | 'en';

export interface Me {
  account: { id: string; name: string; role: Role; language: Language; minor: boolean };
  organisation: Named;
  expires_at: string;
  /** On a device that a code or a link has bound: whether it asks for a PIN. */
  pin?: boolean;
}

export interface Named {
  id: string;
  name: string;
}

export interface Account {
  id: string;
  login: string;
  name: string;
  role: Role;
  birth_date?: string | null;
  disabled: boolean;
  /** How far the person has come. */
  state: 'closed' | 'in' | 'invited' | 'not_delivered' | 'none';
}

/** What an association decided for all its people. */
export interface Policy {
  direct_calls: boolean;
  /** After so many days without any exchange in a pair, a professional looks. */
  silence_days: number;
}

/** Without whom a call of a young person waits. A professional is as good as the mentor. */
export type Adult = 'none' | 'mentor' | 'professional';

/** How an association watches over calls. */
export interface CallPolicy {
  /** Seconds for which professionals announce themselves before they come into a call. */
  announce_s: number;
  under_15: Adult;
  under_18: Adult;
}

export interface Pair {
  id: string;
  mentor: Named;
  mentee: Named;
  supervisor: Named;
  state: string;
  kind?: 'bridge';
}
