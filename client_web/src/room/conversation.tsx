/** The messages of a room, oldest on top; scrolling up asks for older ones. */

import { useComputed } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { call } from '../call/current';
import { day } from '../locales/moments';
import { t } from '../locales/text';
import { fetchWordsAhead, words } from '../notes/words';
import { waiting } from '../outbox/outbox';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { Icon } from '../shell/icons';
import { link } from '../wire/link';
import { mend } from './mending';
import { Message, WaitingMessage } from './message';
import { useSeen } from './reading';
import type { Room } from './rooms';
import { reach, timeline, type Item } from './timeline';

const AT_NEWEST_PX = 80;

export function Conversation({ room, sent }: { room: Room; sent: number }): VNode {
  const frame = useRef<HTMLDivElement>(null);
  const [atNewest, setAtNewest] = useState(true);
  const unsent = useComputed(() =>
    waiting.value.filter((item) => item.kind !== 'help' && item.room === room.number && item.account === me.value?.account.id),
  );
  const items = useComputed(() => timeline(room.log.value, room.mySeat.value, unsent.value));
  const { cursor, floor, entries } = room.log.value;
  useSeen(room, atNewest);
  useSaying(room);
  useStaying(frame, atNewest, entries[0]?.seq ?? 0, [items.value, mend.value]);

  useEffect(() => {
    if (sent > 0) toNewest(frame.current);
  }, [sent]);

  return (
    <div class="conversation">
      <div
        class="scroll"
        ref={frame}
        tabIndex={0}
        role="region"
        aria-label={t('room.messages')}
        onScroll={({ currentTarget: box }) => {
          setAtNewest(box.scrollHeight - box.scrollTop - box.clientHeight < AT_NEWEST_PX);
          if (box.scrollTop < AT_NEWEST_PX && floor > 0) void room.fetchOlder();
        }}
      >
        <div class="scroll-inner">
          {cursor === null && <p class="scroll-note">{t(link.value === 'online' ? 'room.loading' : 'room.loading_offline')}</p>}
          {cursor !== null && floor > 0 && (
            <p class="scroll-note">
              <button type="button" class="quiet-button" disabled={room.loadingOlder.value} onClick={() => void room.fetchOlder()}>
                {t(room.loadingOlder.value ? 'room.loading_older' : 'room.older')}
              </button>
            </p>
          )}
          {cursor !== null && floor === 0 && entries.length > 0 && <p class="scroll-note">{t('room.beginning')}</p>}
          {cursor !== null && items.value.length === 0 && <p class="scroll-note scroll-empty">{t(room.card.value?.state === 'paused' ? 'home.no_message' : 'room.empty')}</p>}
          <ol class="messages">{items.value.map((item) => line(item, room, lastDelivered(items.value)))}</ol>
        </div>
      </div>
      <Live room={room} />
      <Typing room={room} />
      {!atNewest && (
        <button type="button" class="to-newest" onClick={() => toNewest(frame.current)}>
          <Icon name="down" />
          {t('room.to_latest')}
        </button>
      )}
    </div>
  );
}

function line(item: Item, room: Room, lastOwn: number): VNode {
  if (item.kind === 'day') {
    return (
      <li key={item.key} class="day">
        <span>{day(item.at)}</span>
      </li>
    );
  }
  if (item.kind === 'waiting') return <WaitingMessage key={item.key} item={item.item} room={room.number} />;
  const { entry, mine, first, last } = item;
  const marks = [...room.marks.value.values()].filter((mark) => room.partners.value.some((partner) => partner.seat === mark.seat));
  const reached = entry.seq === lastOwn ? reach(entry, marks) : null;
  return <Message key={item.key} room={room.number} entry={entry} author={room.member(entry.seat)} mine={mine} first={first} last={last} reached={reached} open={room.card.value?.writable !== false} />;
}

/** "Seen" is said once, under the newest message of one's own that went through. */
function lastDelivered(items: readonly Item[]): number {
  for (let i = items.length - 1; i >= 0; i -= 1) {
    const item = items[i]!;
    if (item.kind === 'message' && item.mine && (item.entry.state === 'delivered' || item.entry.state === 'masked')) return item.entry.seq;
  }
  return -1;
}

/** What those in the call write, while they write it, for a professional who is not in it; else it is on the stage. */
function Live({ room }: { room: Room }): VNode | null {
  const some = room.live.value.size > 0;
  useEffect(() => {
    if (some) fetchWordsAhead();
  }, [some]);
  const code = words.value;
  return some && code && call.value?.room !== room ? <code.LiveLines room={room} /> : null;
}

function Typing({ room }: { room: Room }): VNode {
  const names = room.typing.value.map((seat) => room.member(seat)?.name).filter(Boolean).join(', ');
  return <p class="typing">{names && t('room.typing', { names })}</p>;
}

function toNewest(box: HTMLDivElement | null): void {
  if (box) box.scrollTop = box.scrollHeight;
}

/** Keeps the eye where it was as what is `shown` grows: on the newest message, or on the same one when older ones come in above. */
function useStaying(frame: { current: HTMLDivElement | null }, atNewest: boolean, firstSeq: number, shown: readonly unknown[]): void {
  const before = useRef({ height: 0, firstSeq });
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return;
    if (firstSeq < before.current.firstSeq && !atNewest) box.scrollTop += box.scrollHeight - before.current.height;
    else if (atNewest) toNewest(box);
    before.current = { height: box.scrollHeight, firstSeq };
  }, shown);
  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const watcher = new ResizeObserver(() => {
      if (atNewest) toNewest(box); // the keyboard came up, a banner appeared
    });
    watcher.observe(box);
    return () => watcher.disconnect();
  }, [atNewest]);
}

/** New messages of others are said aloud by screen readers; those of the first load and of history are not. */
function useSaying(room: Room): void {
  const said = useRef<number | null>(null);
  const { entries, cursor } = room.log.value;
  useEffect(() => {
    if (cursor === null) return;
    if (said.current !== null) {
      for (const entry of entries) {
        if (entry.changed <= said.current || entry.seat === room.mySeat.peek()) continue;
        if (room.readAloud.get(entry.seat) === entry.body) continue; // while it was written, word by word
        const heard = { name: room.member(entry.seat)?.name ?? '', text: entry.voice ? t('voice.note') : entry.body };
        announce(t(entry.edited ? 'room.edited_by' : 'room.new_from', heard));
      }
    }
    said.current = cursor;
  }, [entries, cursor]);
}
