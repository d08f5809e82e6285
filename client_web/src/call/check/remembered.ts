/**
 * What was seen of a line, kept on this device for the network it was seen on. The server gives the network a name made
 * from the address that it sees; nothing else leaves the device.
 */

import { recall, remember } from '../../shell/memory';
import type { Rung } from '../../wire/call';

const LINES = 'lines';
const ASKED = 'check';
const MOST = 12; // networks: home, school, the bus, the library, and some more
const GOOD_FOR_MS = 7 * 24 * 3600_000;

interface Kept {
  rung: Rung;
  at: number;
}

export function recallLine(network: string, now = Date.now()): Rung | null {
  const kept = all()[network];
  return kept && now - kept.at < GOOD_FOR_MS ? kept.rung : null;
}

export function rememberLine(network: string, rung: Rung, now = Date.now()): void {
  const lines = Object.entries({ ...all(), [network]: { rung, at: now } });
  const newest = lines.sort(([, a], [, b]) => b.at - a.at).slice(0, MOST);
  remember(LINES, JSON.stringify(Object.fromEntries(newest)));
}

/** Whether this person wants a look at the line before a call on a network not seen yet. */
export const wantsCheck = (): boolean => recall(ASKED) !== 'never';
export const setWantsCheck = (wanted: boolean): void => remember(ASKED, wanted ? null : 'never');

function all(): Record<string, Kept> {
  try {
    return JSON.parse(recall(LINES) ?? '{}') as Record<string, Kept>;
  } catch {
    return {};
  }
}
