/** What the ladder did, as a sentence to show and say: what changed and why, in plain words and without blame. Pure. */

import type { Key } from '../locales/text';
import type { Rung, RungReason } from '../wire/call';
import type { Step } from './call';
import { RUNGS } from './pictures';

export interface RungWords {
  what: Key & `call.rung.${Rung}`;
  why: Key & `call.why.${string}`;
  /** Whose line `why` speaks of. */
  who: string | null;
  /** It went up: the good news comes first, and need not stay. */
  up: boolean;
  /** What one wants to say gets there more surely as a voice note or a message. */
  notes: boolean;
}

// Their own wish; and what costs nothing.
const unsaid = (reason: RungReason): reason is 'pinned' | 'path_tcp' => reason === 'pinned' || reason === 'path_tcp';

/** `pictures`: somebody's camera is on, so that a change of pictures is a change for somebody. */
export function rungWords(step: Step, pictures: boolean): RungWords | null {
  const { reason } = step;
  const rung = lower(step.out, step.in);
  if (!reason || unsaid(reason)) return null;
  if (!pictures && RUNGS.indexOf(rung) <= RUNGS.indexOf('voice')) return null;
  const up = reason === 'better' || reason === 'better_there';
  return { what: `call.rung.${rung}`, why: `call.why.${reason}`, who: step.who ?? null, up, notes: rung === 'notes' || rung === 'text' };
}

const lower = (one: Rung, other: Rung): Rung => (RUNGS.indexOf(one) > RUNGS.indexOf(other) ? one : other);
