/** Why a call could not begin, or ended without being asked to. */

import type { DeviceTrouble } from './devices';

export type Trouble =
  | DeviceTrouble
  | 'no_media'
  | 'call_full'
  | 'calls_ended'
  | 'calls_off'
  | 'removed'
  | 'replaced'
  | 'stopped'
  | 'adult'
  | 'room_closed'
  | 'forbidden'
  | 'unreachable'
  | 'other';

const REFUSALS: readonly string[] = ['call_full', 'calls_off', 'room_closed', 'forbidden', 'unreachable'];

/** Being put out is said by the room's card, as long as it is so. */
const ENDS: readonly string[] = ['removed', 'replaced', 'stopped', 'adult'];

/** What there is to say of a call that ended with this code. */
export const endOf = (code: string): Trouble | null => (ENDS.includes(code) ? (code as Trouble) : null);

/** For the code of a refusal. */
export const troubleOf = (code: string): Trouble => (REFUSALS.includes(code) ? (code as Trouble) : 'other');
