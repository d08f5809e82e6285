/** Letters, named as docs/protocol.md names them. */

import type { Role } from './account';

export interface LetterPerson {
  id: string;
  name: string;
  role: Role;
}

export interface LineCard {
  person: LetterPerson;
  line: 'own' | 'other';
  readers: readonly string[];
  unread: boolean;
  at?: string;
}

export interface LetterLines {
  lines: readonly LineCard[];
  people: readonly LetterPerson[];
}

export interface Letter {
  id: string;
  seq: number;
  author: string;
  mine: boolean;
  /** The person whose line it is wrote it. */
  theirs: boolean;
  at: string;
  body: string;
  seen: boolean;
}

export interface LetterPage {
  person: LetterPerson;
  line: 'own' | 'other';
  readers: readonly string[];
  letters: readonly Letter[];
  more: boolean;
}
