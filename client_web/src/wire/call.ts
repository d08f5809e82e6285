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
