/** What a look at the line says: the rung that a call begins on, and in which words. Pure. */

import type { Rung } from '../../wire/call';

/** One step of the look: so many kbit/s of sound were sent in a circle for about a second. */
export interface Step {
  readonly kbps: number;
  /** 0–1: packets that came round in that time, by those that were sent. What is lost is missing, and so is what waits
   * in a queue that grows. */
  readonly kept: number;
}

export interface Line {
  /** `none`: neither UDP nor TCP to the port of calls came through. */
  readonly path: 'udp' | 'tcp' | 'none';
  readonly rttMs: number;
  readonly steps: readonly Step[];
}

/** Payload rates of the steps, kbit/s. With what wraps each packet: about 36, 116 and 320 on the wire. */
export const STEPS = [16, 96, 300] as const;
const LEAST_KEPT = 0.85; // less than a tenth lost each way, and a little for packets that are on their way just then

export const holds = ({ kept }: Step): boolean => kept >= LEAST_KEPT;

/** The call climbs by itself when the line is better than this says; it begins where it will not stumble. */
export function firstRung({ path, steps }: Line): Rung {
  if (path === 'none') return 'voice-web';
  const good = steps.filter(holds).length;
  if (good === 0) return 'voice-lean';
  return good === 1 ? 'voice' : good === 2 ? 'stills' : 'video';
}

export type Quality = 'good' | 'fair' | 'weak' | 'blocked';

export function quality(rung: Rung): Quality {
  if (rung === 'video' || rung === 'video-small') return 'good';
  if (rung === 'stills' || rung === 'voice') return 'fair';
  return rung === 'voice-web' ? 'blocked' : 'weak';
}

/** Whether the camera is worth switching on at the start of a call. */
export const cameraFits = (rung: Rung): boolean => quality(rung) === 'good';
