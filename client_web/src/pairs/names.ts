/** How the two of a pair are named together. */

import type { Named } from '../wire/account';

export interface Two {
  readonly mentor: Named;
  readonly mentee: Named;
}

export const namesOfPair = ({ mentor, mentee }: Two): string => `${mentor.name} · ${mentee.name}`;
