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
  | 'room_closed'
  | 'forbidden'
  | 'unreachable'
  | 'other';

const REFUSALS: readonly string[] = ['call_full', 'calls_off', 'room_closed', 'forbidden', 'unreachable'];

/** For the code of a refusal. */
export const troubleOf = (code: string): Trouble => (REFUSALS.includes(code) ? (code as Trouble) : 'other');
