/** On which list a flag stands, and what may be decided about it: pure, the same as the server says (docs/protocol.md). */

import type { Decision, Flag, Reason } from '../wire/flag';

export type ListName = 'open' | 'second' | 'closed';

const WAITING: ReadonlySet<string> = new Set(['open', 'second', 'escalated']);
const TWO_PAIRS_OF_EYES = 4; // the severity from which nothing is let through by one person
export const GRAVE = 3;

/** The list of the reader `me` on which the flag stands; null: on none any more. */
export function listOf(flag: Flag, me: string): ListName | null {
  if (!WAITING.has(flag.state)) return flag.mine || flag.decided_by?.id === me || flag.seconded_by?.id === me ? 'closed' : null;
  if (flag.state === 'second') {
    if (flag.proposal?.by.id === me) return 'open';
    return flag.decisions.length > 0 ? 'second' : flag.mine ? 'open' : null;
  }
  return flag.mine || flag.decisions.length > 0 ? 'open' : null;
}

/** The most severe first, among equals the oldest; of what is decided the last first. */
export function inOrder(flags: readonly Flag[], list: ListName): Flag[] {
  if (list === 'closed') return [...flags].sort((a, b) => (b.decided_at ?? '').localeCompare(a.decided_at ?? ''));
  return [...flags].sort((a, b) => b.severity - a.severity || a.raised_at.localeCompare(b.raised_at));
}

/** Whether the decision only proposes, and a colleague has to agree. */
export function needsTwo(severity: number, decision: Decision, reason: Reason | '', liftsFreeze: boolean): boolean {
  if (decision === 'escalate') return false;
  const letsThrough =
    decision === 'release' || decision === 'release_masked' || (decision === 'acknowledge' && (reason === 'harmless' || reason === 'misread'));
  return liftsFreeze || (severity >= TWO_PAIRS_OF_EYES && letsThrough);
}

/** What was said is to be heard in the room, seen by all; its words stand nowhere. */
export const isNote = (flag: Flag): boolean => flag.labels.some(({ rule }) => rule === 'voice.note');

/** The decisions to offer: of a voice nothing can be hidden. */
export const offered = (flag: Flag): Decision[] => flag.decisions.filter((decision) => decision !== 'release_masked' || !isNote(flag));

const REASONS: Readonly<Record<Decision, readonly Reason[]>> = {
  release: ['context_ok', 'harmless', 'misread', 'other'],
  release_masked: ['personal_detail', 'context_ok', 'misread', 'other'],
  return: ['personal_detail', 'unsafe', 'hurtful', 'needs_talk', 'other'],
  refuse: ['unsafe', 'hurtful', 'personal_detail', 'serious', 'other'],
  acknowledge: ['context_ok', 'needs_talk', 'serious', 'personal_detail', 'harmless', 'misread', 'other'],
  escalate: ['serious', 'needs_talk', 'unsafe', 'other'],
};

export const reasonsFor = (decision: Decision): readonly Reason[] => REASONS[decision];

/** The text that a decision is about. */
export const textOf = (flag: Flag): string => flag.edited ?? flag.excerpt;
