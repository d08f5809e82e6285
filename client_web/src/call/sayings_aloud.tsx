/** Comings, goings and mutings are said aloud, whether one is in the call or not. */

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { announce } from '../shell/announce';
import type { CallPerson } from '../wire/call';
import { call } from './current';
import { whatHappened } from './sayings';

export function Sayings({ room }: { room: Room }): null {
  const before = useRef<readonly CallPerson[]>([]);
  const people = room.inCall.value;
  useEffect(() => {
    const own = call.peek()?.peer.peek() ?? null;
    for (const { key, name } of whatHappened(before.current, people, own)) announce(t(key, { name }));
    before.current = people;
  }, [people]);
  return null;
}
