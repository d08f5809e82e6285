/** One's part in a call, named as docs/protocol.md names it. */

import type { Role } from './account';

/** The ladder of a call, best first. */
export type Rung = 'video' | 'video-small' | 'stills' | 'voice' | 'voice-lean' | 'voice-web' | 'notes' | 'text';
/** Which of one's pictures somebody receives just now. */
export type Layer = 'small' | 'full';

/** Why a rung changed. `who` of the event: whose line it is, when another's. */
export type RungReason =
  | 'weak_here'
  | 'weak_there'
  | 'path_tcp'
  | 'path_web'
  | 'no_path'
  | 'no_voice'
  | 'budget_near'
  | 'budget'
  | 'pinned'
  | 'better'
  | 'better_there';

/** How a microphone is to be encoded. `red`: each packet carries the one before once more (RFC 2198). */
export interface Voice {
  kbps: number;
  /** Milliseconds of voice in a packet. */
  ptime: number;
  red: boolean;
  dtx: boolean;
  fec: boolean;
}

/** Why somebody is neither heard nor seen, whatever they switch on. */
export type Hush = 'observing' | 'paused' | 'adult' | 'led' | 'unaware';

/** Why a professional steps in. */
export type StepInWhy = 'break' | 'other' | 'safety' | 'technical' | 'words';

/** A call is paused; without `why` it goes on. */
export interface CallPaused {
  room: number | string;
  why?: StepInWhy | 'adult_left' | 'adult_awaited';
  since?: string;
  /** The account of the professional who paused the room. */
  by?: string;
  /** So long the call is kept for the adult whom it waits for. */
  until?: string;
}

/** What a professional and the mentor write each other aside. */
export interface Whisper {
  room: string;
  id: string;
  by: { id: string; name: string };
  at: string;
  body: string;
}

/** Somebody in a call who asks, before everybody in it, that a professional come. */
export interface Asking {
  by: { id: string; name: string };
  at: string;
  /** The professional who said that they look after it. */
  seen?: { id: string; name: string };
}

/** A call that goes on, for the board of a professional. */
export interface LiveSession {
  room: string;
  number: number;
  pair: string;
  mentor: { id: string; name: string };
  mentee: { id: string; name: string };
  since: string;
  count: number;
  adult: 'there' | 'missing' | 'not_required';
  paused?: string;
  summons?: Asking[];
  /** Of one's own pairs alone. */
  people?: {
    account: string;
    name: string;
    role: Role;
    since: string;
    rung: Rung;
    line: 'good' | 'fair' | 'poor' | 'away';
    observing?: boolean;
    leading?: boolean;
    hush?: Hush;
  }[];
  /** Who answers for the pair, where that is a colleague. */
  supervisor?: { id: string; name: string };
}

export interface CallPerson {
  peer: string;
  /** Missing for who is no member of the room: a professional. */
  seat?: number | null;
  account: string;
  name: string;
  role: Role;
  mic: boolean;
  camera: boolean;
  voice_only: boolean;
  /** Whether anything is heard from the device just now. */
  connected: boolean;
  since: string;
  /** What they send now. */
  rung: Rung;
  /** Their line is weak just now. */
  weak: boolean;
  /** A professional who only watches. */
  observing?: boolean;
  /** A professional who speaks instead of the mentor. */
  leading?: boolean;
  hush?: Hush;
}

export interface Slot {
  mid: string;
  kind: 'audio' | 'video';
  peer?: string | null;
}

/** Of one connection of this device. */
export interface IceCredentials {
  ufrag: string;
  pwd: string;
}
