/** What travels between this client and the server, named as docs/protocol.md names it. */

export type Role = 'admin' | 'guardian' | 'mentee' | 'mentor' | 'prescriber' | 'supervisor';
export type Language = 'fr' | 'en';
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

export interface Me {
  account: { id: string; name: string; role: Role; language: Language; minor: boolean };
  organisation: { id: string; name: string };
  expires_at: string;
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
  appeals?: (AppealState & { seq: number })[];
}

export interface Planned {
  id: string;
  pair: string;
  room: number | string | null;
  title: string;
  starts_at: string;
  minutes: number;
  zone: string;
}

export interface Home {
  me: Me;
  rooms: RoomCard[];
  planned: Planned[];
  queue?: { open: number; held: number; second: number; sample: number } | null;
}

export interface Visit {
  name: string;
  role: Role;
  act: 'read' | 'call';
  entered_at: string;
  left_at?: string | null;
}

export interface Label {
  category: string;
  severity: number;
  score: number;
  start: number;
  end: number;
  rule: string;
  /** Of the rules that gave it. */
  version: string;
}

export interface Named {
  id: string;
  name: string;
}

export type FlagState = 'open' | 'second' | 'escalated' | 'released' | 'released_masked' | 'returned' | 'refused' | 'acknowledged';
export type Decision = 'release' | 'release_masked' | 'return' | 'refuse' | 'acknowledge' | 'escalate';
export type Reason =
  | 'harmless'
  | 'misread'
  | 'context_ok'
  | 'personal_detail'
  | 'unsafe'
  | 'hurtful'
  | 'needs_talk'
  | 'serious'
  | 'other';
/** `[start, end]` in code points of the excerpt. */
export type Span = [number, number];

/** What a colleague wants to decide, and what waits for a second pair of eyes. */
export interface Proposal {
  decision: Decision;
  by: Named;
  at: string;
  reason: Reason;
  note?: string;
  advice?: string;
  spans?: Span[];
  lift_freeze: boolean;
}

export interface Flag {
  id: string;
  room?: string | null;
  seq?: number | null;
  author: { id: string; name: string; role: Role };
  people: string[];
  category: string;
  severity: number;
  action: 'deliver' | 'mask' | 'hold' | 'block' | 'help';
  alert: boolean;
  labels: Label[];
  /** A sentence for each label. */
  explanations: Record<Language, string>[];
  excerpt: string;
  /** What the message says now, when its author changed it since. */
  edited?: string;
  state: FlagState;
  /** Grows with each change: of two cards of a flag the higher counts. */
  revision: number;
  /** What the reader may decide now. */
  decisions: Decision[];
  /** Of one's own caseload. */
  mine: boolean;
  raised_at: string;
  due_at?: string;
  claimed?: { by: Named; until: string; mine: boolean };
  proposal?: Proposal;
  escalated?: { by: Named; at: string };
  appeal?: { at: string; words?: string; before?: { state: FlagState; by: Named; at: string }; decided?: string };
  /** The pair is paused because of this flag. */
  frozen?: true;
  /** A blind second review: what was decided is not told. */
  sample?: true;
  decided_at?: string | null;
  decided_by?: Named | null;
  seconded_by?: Named;
  reason?: Reason;
  note?: string | null;
  advice?: string;
}

/** `GET flags?state=…`. */
export type FlagList = 'open' | 'closed' | 'second' | 'sample';
export interface FlagPage {
  flags: Flag[];
  more: boolean;
}

/** `POST flags/{flag}/decide`, answered with the Flag. */
export interface DecideBody {
  decision: Decision;
  reason: Reason;
  note?: string;
  advice?: string;
  lift_freeze?: boolean;
  spans?: Span[];
}
/** `POST flags/{flag}/second`, answered with the Flag. */
export interface SecondBody {
  agree: boolean;
  note?: string;
}
/** `POST flags/{flag}/sample`. */
export interface SampleBody {
  decision: Decision;
  reason: Reason;
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
/** `GET flags/{flag}/context`. */
export interface FlagContext {
  messages: FullMessage[];
  flagged?: number;
}

/** `GET flags/agreement`: shares from 0 to 1 with their 95 % interval. */
export interface Agreement {
  n: number;
  agreed: number;
  agreement?: number;
  low?: number;
  high?: number;
  kappa?: number;
}
/** `GET flags/rules`: how often a rule was found to be wrong, in the last 90 days. */
export interface RuleFigures {
  rule: string;
  category: string;
  raised: number;
  decided: number;
  overturned: number;
  share?: number;
  low?: number;
  high?: number;
}
export interface RuleTable {
  since: string;
  rules: RuleFigures[];
}

export type Action = 'deliver' | 'mask' | 'hold' | 'block';
/** What an organisation says otherwise than the policy table; what is left out stays. */
export interface RulePart {
  action?: Action | null;
  severity?: number | null;
  flag?: boolean | null;
  alert?: boolean | null;
  freeze?: boolean | null;
  help?: boolean | null;
}
export interface OwnEntry {
  category: string;
  id: string;
  match: string;
  examples?: string[];
  counter?: string[];
  severity?: number | null;
  needs?: string[];
  unless?: string[];
  soften?: Record<string, number>;
  note?: string;
}
/** What an organisation changes of the rules of moderation. */
export interface OwnRules {
  policy?: Record<string, Record<string, RulePart>>;
  watched?: string[];
  entries?: OwnEntry[];
  allowed?: string[];
  off?: string[];
  version?: number;
}
/** `GET`, `PUT moderation/rules`. */
export interface RulesCard {
  rules: OwnRules;
  changed_at?: string;
  changed_by?: Named;
}
/** `POST moderation/try`. */
export interface TryBody {
  text: string;
  sender: 'mentor' | 'mentee';
  sender_age?: number;
  young_age?: number;
  stage?: 'new' | 'active' | 'probation' | 'closing';
  draft?: OwnRules;
}
export interface TryAnswer {
  action: Action;
  severity: number;
  labels: Label[];
  explanations: Record<Language, string>[];
  flag: boolean;
  alert: boolean;
  freeze: boolean;
  author: { state: MessageState; body: string; help: boolean };
  /** Missing when the other side would be shown nothing. */
  other?: { state: MessageState; body: string };
}

export interface Account {
  id: string;
  login: string;
  name: string;
  role: Role;
  birth_date?: string | null;
  disabled: boolean;
}

/** What an association decided for all its people. */
export interface Policy {
  direct_calls: boolean;
}

export interface Pair {
  id: string;
  mentor: { id: string; name: string };
  mentee: { id: string; name: string };
  supervisor: { id: string; name: string };
  state: string;
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

export interface ErrorBody {
  code: string;
  message: string;
  field?: string;
  retry_in_ms?: number;
}

/** Events of the client: payload and what the acknowledgement holds beside `ok`. */
export interface Up {
  'chat:send': [
    [number, string, string] | { room: number; id: string; kind: 'voice'; body: string },
    Sent,
  ];
  'chat:edit': [{ room: number; seq: number; body: string }, Sent & { changed: number }];
  'chat:appeal': [{ room: number; seq: number; words?: string }, AppealState];
  'chat:history': [
    { room: number; after?: number; before?: number; limit: number },
    { messages: CompactMessage[]; more: boolean; upto: number },
  ];
  'chat:read': [{ room: number; delivered?: number; seen?: number }, object];
  'chat:live': [{ room: number; text: string }, { held?: boolean; help?: boolean }];
  'chat:typing': [{ room: number; typing: boolean }, object];
  'room:enter': [{ room: number }, { room: RoomCard; upto: number; messages: CompactMessage[]; more: boolean }];
  'room:leave': [{ room: number }, object];
  'help:now': [{ room?: number }, { at: string | number; informed: boolean | number | string[] }];
  'call:join': [
    {
      room: number;
      sdp: string;
      caps: { video: boolean; stills?: boolean; web?: boolean };
      mic: boolean;
      camera: boolean;
      voice_only: boolean;
      /** The part that this goes on with. */
      peer?: string;
      /** What the look at the line before the call found it good for. */
      first?: Rung;
    },
    {
      peer: string;
      answer: string;
      offer: string;
      slots: Slot[];
      rung: Rung;
      voice: Voice;
      ice: RTCIceServer[];
      people: CallPerson[];
      every_ms: number;
    },
  ];
  'call:answer': [{ room: number; peer: string; sdp: string }, object];
  'call:restart': [{ room: number; peer: string; sdp: string }, { answer: string; offer: string }];
  'call:restarted': [{ room: number; peer: string; up: IceCredentials; down: IceCredentials }, object];
  'call:state': [{ room: number; peer: string; mic: boolean; camera: boolean; voice_only: boolean; budget?: number | null }, object];
  'call:stats': [{ room: number; peer: string; n: readonly number[] }, object];
  'call:leave': [{ room: number; peer: string }, object];
  'call:direct': [{ room: number; peer: string; agree: boolean }, object];
  'call:describe': [{ room: number; peer: string; link: number; sdp: string }, object];
  'check:network': [object, { network: string }];
  'check:begin': [{ sdp: string }, { check: string; answer: string; offer: string; ice: RTCIceServer[] }];
  'check:answer': [{ check: string; sdp: string }, object];
  'check:end': [{ check: string }, object];
}

/** Of one connection of this device. */
export interface IceCredentials {
  ufrag: string;
  pwd: string;
}

/** When another look was asked for, and when it was answered; with `kept`, what had become of the message stays so. */
export interface AppealState {
  at: string;
  decided?: string;
  kept?: boolean;
}

/** Events of the server. `room` is the room's number or identifier. */
export interface Down {
  'room:sync': SyncRow[];
  'chat:message': RoomedMessage;
  'chat:appealed': AppealState & { room: number | string; seq: number };
  'chat:read': { room: number | string; seat: number; delivered: number; seen: number };
  'chat:live': { room: number | string; seat: number; text: string };
  'chat:typing': { room: number | string; seat: number; typing: boolean };
  'room:presence': { room: number | string; present: { seat: number; since: string | number }[] };
  /** What one may do in a room has changed; without `member` it is not one's own any more. */
  'room:rights': { room: number | string; member: boolean; state: string; writable: boolean };
  'flag:raised': Flag;
  'flag:changed': Flag;
  'server:drain': { reconnect_in_ms: number };
  'session:ended': { code: string };
  'call:slots': { room: number | string; peer: string; slots: Slot[] };
  'call:people': { room: number | string; people: CallPerson[] };
  'call:rung': {
    room: number | string;
    peer: string;
    out: Rung;
    in: Rung;
    voice: Voice;
    layers: Layer[];
    stills: boolean;
    every_ms: number;
    reason?: RungReason;
    who?: string;
  };
  'call:renew': { room: number | string; peer: string };
  'call:ice': { room: number | string; peer: string; ice: RTCIceServer[] };
  'call:direct': {
    room: number | string;
    peer: string;
    state: 'off' | 'possible' | 'on';
    mine: boolean;
    theirs: boolean;
    other?: string;
    link?: number;
    offers?: boolean;
    why?: 'company' | 'policy' | 'withdrawn' | 'away';
  };
  'call:describe': { room: number | string; peer: string; link: number; sdp: string };
  'call:ended': { room: number | string; peer: string; code: string };
}
