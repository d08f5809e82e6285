/** What the server would not have, at the field that it names. */

import type { VNode } from 'preact';

/** `field` as docs/protocol.md names it: `watched[2]`, `entries[0].match`, `policy.contact.adult_to_minor`. */
export interface Problem {
  readonly field: string;
  readonly sentence: string;
}

export const at = (problem: Problem | null, field: string): string => (problem && problem.field === field ? problem.sentence : '');

export const within = (problem: Problem | null, field: string): boolean =>
  problem !== null && (problem.field === field || problem.field.startsWith(`${field}[`) || problem.field.startsWith(`${field}.`));

export const Said = ({ id, sentence }: { id: string; sentence: string }): VNode | null =>
  sentence ? (
    <span class="problem" id={id} role="alert">
      {sentence}
    </span>
  ) : null;
