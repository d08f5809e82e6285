/** The first page of who is signed in, named as docs/protocol.md names it. */

import type { Me } from './account';
import type { RoomCard } from './room';

export interface Planned {
  id: string;
  pair: string;
  room: number | string | null;
  title: string;
  starts_at: string;
  minutes: number;
  zone: string;
}

/** A pair that waits for one's answer, or for its beginning. */
export interface Proposal {
  pair: string;
  mentor: string;
  supervisor: string;
  about_mentor: string;
  answer?: 'yes' | 'not_now' | 'no';
}

export interface Home {
  me: Me;
  rooms: RoomCard[];
  planned: Planned[];
  proposals?: Proposal[];
  queue?: { open: number; held: number; second: number; sample: number } | null;
}
