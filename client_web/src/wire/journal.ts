/** One's own access journal, as the server tells it. */

import type { Role } from './account';

export interface JournalLine {
  readonly id: number;
  readonly at: string;
  readonly act: string;
  readonly reader?: { readonly name: string; readonly role: Role };
  readonly others?: readonly string[];
  readonly why?: string;
  readonly how?: string;
  readonly left?: string;
  readonly told?: string;
}

export interface JournalAnswer {
  readonly lines: readonly JournalLine[];
  readonly more: boolean;
}
