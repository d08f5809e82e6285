/** Who is on call, named as docs/protocol.md names it. Times are those of the clock on the wall in `zone`: "08:30". */

import type { Role } from './account';

export interface Gap {
  begins: string;
  ends: string;
}

/** `day` is 1 (Monday) to 7; an end that is not after the beginning is on the next day. */
export interface Opening {
  day: number;
  begins: string;
  ends: string;
}

export interface Closure {
  first: string;
  last: string;
  why: string;
}

export interface Shift {
  id: string;
  days: number[];
  begins: string;
  ends: string;
  first: string;
  people: string[];
  every: number;
  closures: boolean;
  last?: string;
}

export interface Stretch extends Gap {
  staffed: boolean;
  on_call: string[];
  covered: boolean;
}

export interface Change extends Gap {
  id: string;
  state: 'asked' | 'accepted' | 'declined' | 'withdrawn';
  asked_by: string;
  asked_at: string;
  out?: string;
  into?: string;
}

export interface DutyPerson {
  id: string;
  name: string;
  role: Role;
  open: boolean;
}

export interface DutyView extends Gap {
  revision: number;
  zone: string;
  today: string;
  now: { staffed: boolean; on_call: string[]; ladder: string[]; uncovered: boolean };
  hours: Opening[];
  closures: Closure[];
  shifts: Shift[];
  ladder: string[];
  stretches: Stretch[];
  gaps: Gap[];
  more_gaps: number;
  changes: Change[];
  people: DutyPerson[];
  contacts: { id: string; name: string }[];
  fallback?: string;
}

/** What of the plan is set anew. */
export interface PlanParts {
  hours?: Opening[];
  closures?: Closure[];
  shifts?: Shift[];
  ladder?: string[];
  fallback?: string | null;
}
