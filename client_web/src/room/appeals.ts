/** What is known of one's own appeals, by room and place. Pure. */

import type { AppealState } from '../wire/room';

export type Appeals = Readonly<Record<string, AppealState>>;

const MOST = 50; // that are remembered, the last heard of

export const placeOf = (room: number, seq: number): string => `${room}:${seq}`;

/** `known` with what was told of one; of two about one message the later counts, and an answer before none. */
export function withAppeal(known: Appeals, room: number, seq: number, { at, decided, kept }: AppealState): Appeals {
  const place = placeOf(room, seq);
  const { [place]: before, ...others } = known;
  if (before && (before.at > at || (before.at === at && before.decided && !decided))) return known;
  const now: AppealState = { at, ...(decided ? { decided } : {}), ...(kept ? { kept } : {}) };
  return Object.fromEntries([...Object.entries(others), [place, now] as const].slice(-MOST));
}
