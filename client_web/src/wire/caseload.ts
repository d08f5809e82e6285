/** What professionals and admins are told around their pairs, named as docs/protocol.md names it. */

import type { Named } from './account';

/** `since`, `why` and `by` are there while the person is suspended. */
export interface Suspension {
  person: Named;
  since?: string;
  why?: string;
  by?: string;
}

/** The articles, in their order, by language. */
export interface CharterText {
  fr: string[];
  en: string[];
}

export interface Charter {
  version: number;
  text: CharterText;
  /** From that day on, who signed an earlier version has signed none any more. */
  sign_again_from?: string;
  changed_at?: string;
  changed_by?: string;
}

export interface CharterList {
  charters: Charter[];
  unsigned: Named[];
}
