/** Who was in which call, named as docs/protocol.md names it. */

import type { CasePerson } from './case';

/** Why somebody went; of the last two, `went_at` is when they were last known to be there. */
export type Went = 'left' | 'removed' | 'consent' | 'drained' | 'stopped' | 'put_out' | 'adult' | 'lost' | 'crashed';

export interface Attended {
  who: CasePerson;
  came_at: string;
  /** Without it they are still there. */
  went_at?: string;
  why?: Went;
}

export interface HeldCall {
  id: string;
  room: string;
  began_at: string;
  /** Without it the call goes on. */
  ended_at?: string;
  people: readonly Attended[];
}

/** `GET cases/{case}/calls`. */
export interface CallsAround {
  since: string;
  until: string;
  calls: readonly HeldCall[];
  /** The earliest are left out. */
  more: boolean;
}
