/** Rooms and their messages, named as docs/protocol.md names them. */

import type { Role } from './account';

export type MessageState = 'delivered' | 'masked' | 'held' | 'blocked' | 'refused' | 'returned';
/** What a message that was sent or edited is answered with. `notice` is a code for a kind word. */
export interface Sent {
  seq: number;
  at: number;
  state?: MessageState;
  body?: string;
  help?: boolean;
  notice?: string;
}

export interface Member {
  seat: number;
  account: string;
  name: string;
  role: Role;
}

export interface Mark {
  seat: number;
  delivered: number;
  seen: number;
}

export interface RoomCard {
  id: string;
  number: number;
  kind: string;
  pair: string | null;
  state: string;
  writable: boolean;
  upto: number;
  unread: number;
  members: Member[];
  marks: Mark[];
  /** Why the pair is paused, as far as this reader needs to know. */
  pause?: 'look' | 'consent' | 'papers' | 'away' | 'break';
  paused?: RoomPause | undefined;
  /** Who is kept out of its calls: a professional is told of all, others of themselves. */
  put_out?: string[] | undefined;
  /** Of a bridge: when it ends. */
  until?: string;
  appeals?: (AppealState & { seq: number })[];
  /** False where consent to calls is not there. */
  calls?: boolean;
}

export interface Visit {
  name: string;
  role: Role;
  act: 'read' | 'call';
  entered_at: string;
  left_at?: string | null;
}

/** A message with named fields. */
export interface FullMessage {
  room: string;
  seq: number;
  id: string;
  author: string;
  at: string;
  kind: 'text' | 'voice';
  body: string;
  state: MessageState;
  changed?: number;
}

/**
 * `[seq, seat, at, body, state?, changed?, id?, kind?, edited?, advice?, edit?]`: a message in the compact form, inside a
 * list of its own room. `edit` is `[state, body]` of a newer text that others do not read.
 */
export type CompactMessage = [
  number,
  number,
  number,
  string,
  number?,
  number?,
  string?,
  number?,
  number?,
  string?,
  (0 | [number, string])?,
];
/** The same with the room's number in front. */
export type RoomedMessage = [number, ...CompactMessage];
/** `[room number, upto, more, messages]`. */
export type SyncRow = [number, number, boolean, CompactMessage[]];

/** When another look was asked for, and when it was answered; with `kept`, what had become of the message stays so. */
export interface AppealState {
  at: string;
  decided?: string;
  kept?: boolean;
}

/** A professional has paused the room: nobody else writes in it, or is heard in its call. */
export interface RoomPause {
  why: string;
  since: string;
  /** Their account. */
  by: string;
}
