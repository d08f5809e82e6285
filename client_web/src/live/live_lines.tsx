/** What the others in the call are writing, while they write it. Read aloud by pieces, never letter by letter. */

import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { announce } from '../shell/announce';
import { isOver, unsaid } from './sentences';

const PAUSE_MS = 2_000;
const MESSAGE_MS = 3_000; // by then the message that ended the line is here

export function LiveLines({ room }: { room: Room }): VNode {
  return (
    <ul class="live-lines" aria-label={t('live.lines')}>
      {[...room.live.value].map(([seat, text]) => (
        <LiveLine key={seat} room={room} seat={seat} text={text} />
      ))}
    </ul>
  );
}

function LiveLine({ room, seat, text }: { room: Room; seat: number; text: string }): VNode {
  const said = useRef('');
  const name = room.member(seat)?.name ?? '';
  useEffect(() => {
    const say = (): void => {
      const added = unsaid(said.current, text);
      if (added) announce(t(said.current ? 'live.said_more' : 'live.said', { name, text: added }));
      said.current = text;
      room.readAloud.set(seat, text);
    };
    if (isOver(text)) return say();
    const timer = setTimeout(say, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => () => void setTimeout(() => room.readAloud.delete(seat), MESSAGE_MS), []);
  return (
    <li class="live-line">
      <strong>{t('live.writes', { name })}</strong> <span class="live-text">{text}</span>
    </li>
  );
}
