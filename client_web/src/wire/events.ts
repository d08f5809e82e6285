/** What travels over the socket, named as docs/protocol.md names it. */

import type {
  Asking,
  CallPaused,
  CallPerson,
  IceCredentials,
  Layer,
  LiveSession,
  Rung,
  RungReason,
  Slot,
  StepInWhy,
  Voice,
  Whisper,
} from './call';
import type { Case } from './case';
import type { Flag } from './flag';
import type { Notice } from './notice';
import type { AppealState, CompactMessage, RoomCard, RoomPause, RoomedMessage, Sent, SyncRow } from './room';

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
  'help:now': [{ room: number | null; summon?: true | undefined }, { at: string | number; informed: boolean | number | string[] }];
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
      paused?: CallPaused;
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
  'supervise:knock': [{ room: number; now?: boolean }, { at: string; enters_at: string; wait_ms: number }];
  'supervise:look': [{ room: number }, { wait_ms: number; now: boolean; summons: Asking[] }];
  'supervise:withdraw': [{ room: number }, object];
  'supervise:speak': [{ room: number; peer: string; speak: boolean }, object];
  'supervise:lead': [{ room: number; peer: string; lead: boolean }, object];
  'supervise:pause': [{ room: number; why: StepInWhy }, object];
  'supervise:resume': [{ room: number }, object];
  'supervise:end': [{ room: number; why: StepInWhy }, object];
  'supervise:remove': [{ room: number; account: string; why: StepInWhy }, object];
  'supervise:readmit': [{ room: number; account: string }, object];
  'supervise:whisper': [{ room: number; id: string; body: string }, { at: string }];
  'supervise:answer': [{ room: number; id: string; body: string }, { at: string }];
  'call:unsummon': [{ room: number }, object];
  'board:watch': [{ watch: boolean }, { sessions: LiveSession[] }];
  'check:network': [object, { network: string }];
  'check:begin': [{ sdp: string }, { check: string; answer: string; offer: string; ice: RTCIceServer[] }];
  'check:answer': [{ check: string; sdp: string }, object];
  'check:end': [{ check: string }, object];
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
  'room:rights': { room: number | string; member: boolean; state: string; writable: boolean; calls?: boolean; paused?: RoomPause; put_out?: string[] };
  'consent:changed': { mentee: string };
  'letter:new': { person: string; line: 'own' | 'other'; seq: number };
  'notice:new': Notice;
  'case:changed': Case;
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
  'call:paused': CallPaused;
  'call:summoned': { room: string; summons: Asking[] };
  'supervise:announced': { room: string; by: { id: string; name: string }; at: string; enters_at: string; wait_ms: number };
  'supervise:withdrawn': { room: string; by: { id: string; name: string } };
  'supervise:whispered': Whisper;
  'board:sessions': { sessions: LiveSession[] };
  'call:ended': { room: number | string; peer: string; code: string };
}
