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

export interface Home {
  me: Me;
  rooms: RoomCard[];
  planned: Planned[];
  queue?: { open: number; held: number; second: number; sample: number } | null;
}
