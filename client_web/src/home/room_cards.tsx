/** One card a pair: who it is with, what was last said, what is new, when they meet next. */

import type { VNode } from 'preact';
import { day, dayAndHour, hour, hourElsewhere, sameDay } from '../locales/moments';
import { t, tOr, type Key } from '../locales/text';
import { roomOf, type Room } from '../room/rooms';
import { home, me } from '../session/session';
import { Icon } from '../shell/icons';
import { Faces } from '../shell/mark';
import { roomAddress } from '../shell/route';
import type { Planned } from '../wire/home';
import type { RoomCard } from '../wire/room';

export function RoomCards({ none }: { none: Key }): VNode {
  if (!home.value) return <p class="empty">{t('app.loading')}</p>;
  const cards = home.value.rooms;
  if (cards.length === 0) return <p class="empty">{t(none)}</p>;
  return (
    <ul class="room-cards">
      {cards.map((card) => (
        <li key={card.number}>
          <Card card={card} room={roomOf(card.number)} />
        </li>
      ))}
    </ul>
  );
}

function Card({ card, room }: { card: RoomCard; room: Room }): VNode {
  const partners = room.partners.value;
  const names = partners.map((partner) => partner.name).join(' · ');
  const last = room.log.value.entries.at(-1);
  const text = last && (last.voice ? t('voice.note') : last.body);
  const unread = room.unread.value;
  const supervisor = card.members.find((member) => member.role === 'supervisor');
  const watches = me.value?.account.role === 'supervisor';
  const next = home.value?.planned.find(({ room: of, pair }) => of === card.id || of === card.number || pair === card.pair);
  return (
    <a class={unread ? 'room-card has-unread' : 'room-card'} href={roomAddress(card.number)} aria-label={t('home.open', { name: names })}>
      <Faces of={partners} />
      <span class="room-card-words">
        <span class="room-card-head">
          <strong>{names}</strong>
          {last && <time dateTime={new Date(last.at * 1000).toISOString()}>{when(last.at)}</time>}
        </span>
        {!watches && (
          <span class="room-card-last">
            {text !== undefined ? (last!.seat === room.mySeat.value ? t('home.you', { text }) : text) : t(room.log.value.cursor === null ? 'app.loading' : 'home.no_message')}
          </span>
        )}
        <span class="room-card-facts">
          {unread > 0 && <span class="badge">{t('home.unread', { count: unread })}</span>}
          {room.inCall.value.length > 0 && (
            <span class="tag tag-call">
              <Icon name="phone" />
              {t('home.in_call')}
            </span>
          )}
          {card.state !== 'active' && <span class="tag">{tOr(`pair.${card.state}`, 'pair.active')}</span>}
          {!watches && supervisor && <span class="fact">{t('home.answers', { name: supervisor.name })}</span>}
        </span>
      </span>
      {next && <NextSession planned={next} />}
    </a>
  );
}

function NextSession({ planned }: { planned: Planned }): VNode {
  const at = new Date(planned.starts_at);
  const there = hourElsewhere(at, planned.zone);
  return (
    <span class="next-session">
      <Icon name="calendar" />
      <span>
        <strong>{t('home.next')}</strong> {dayAndHour(at)} ({t('home.minutes', { count: planned.minutes })}
        {there && `, ${t('home.there', { hour: there })}`}){planned.title && <em>{planned.title}</em>}
      </span>
    </span>
  );
}

function when(seconds: number): string {
  const at = new Date(seconds * 1000);
  return sameDay(at, new Date()) ? hour(at) : day(at);
}
