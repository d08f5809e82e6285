/** The room: one conversation, its call, and who is there. */

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { call, fetchCalling } from '../call/current';
import { CallPanel } from '../call/call_panel';
import { t } from '../locales/text';
import { home, me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { dressed } from '../shell/dress';
import { later } from '../shell/later';
import { Faces } from '../shell/mark';
import { useTitle } from '../shell/title';
import { link } from '../wire/link';
import { LOOKS } from '../shell/route';
import type { RoomCard } from '../wire/room';
import { StaffComing } from './coming';
import { Composer } from './composer';
import { Conversation } from './conversation';
import { StaffHere, VisitsButton } from './presence';
import { roomOf, type Room } from './rooms';

export function RoomPage({ number }: { number: number }): VNode {
  const room = roomOf(number);
  const [sent, setSent] = useState(0);
  const staff = me.value?.account.role === 'supervisor';
  const calling = call.value?.room === room;
  const card = room.card.value;
  useLeaving(room, staff);
  useTitle(namesOf(room));

  if (!card && home.value) return <NotHere />;
  return (
    <div class={calling ? 'page room is-calling' : 'page room'}>
      <Header back>
        <Who room={room} />
      </Header>
      <main id="content" class="room-main" tabIndex={-1}>
        <div class="room-notices">
          <LinkNotice />
          {staff && room.entered.value ? <YouAreSeen /> : <StaffHere room={room} />}
          <StaffComing room={room} />
          {(staff ? room.entered.value : me.value?.account.role === 'mentor' && (room.asides.value.length > 0 || room.staffHere.value.length > 0)) && (
            <Supervise room={room} />
          )}
        </div>
        {staff && !room.entered.value ? (
          <Threshold room={room} />
        ) : (
          <div class="room-columns">
            <CallPanel room={room} />
            <div class="room-chat">
              <Conversation room={room} sent={sent} />
              {card?.writable === false ? (
                <Closed card={card} room={room} />
              ) : (
                <Composer key={number} room={room} onSent={() => setSent(sent + 1)} />
              )}
            </div>
          </div>
        )}
      </main>
    </div>
  );
}

/** The address of `styles/supervise.css`, which the bundler names by its content. */
declare const SUPERVISE_STYLES: string;

const Threshold = later(async () => (await import('../parts/watch')).Threshold);
const YouAreSeen = later(async () => (await import('../parts/watch')).YouAreSeen, () => null);
const Paused = later(async () => (await import('../parts/pairs')).Paused);
const Supervise = later(async () => (await Promise.all([dressed(import('../parts/supervise'), SUPERVISE_STYLES), fetchCalling()]))[0].Supervise, () => null);
const Held = later(async () => (await fetchCalling()).Held);

/** Kind, and without blame: whoever reads this may be the one who was hurt. */
const Closed = ({ card, room, paused = card.state === 'paused' }: { card: RoomCard; room: Room; paused?: boolean }): VNode => (
  <div class="closed" role="status">
    {(paused || card.paused) && (
      <p>
        <strong>{t('room.paused')}</strong>
      </p>
    )}
    {!paused && card.paused ? <Held room={room} /> : paused && card.pause && card.pause !== 'look' ? <Paused /> : <p>{t(paused ? 'room.paused_why' : 'room.closed')}</p>}
    {paused && (
      <p>
        <a class="why" href={LOOKS}>
          {t('message.why')}
        </a>
      </p>
    )}
  </div>
);

const namesOf = (room: Room): string => room.partners.value.map((partner) => partner.name).join(', ');

function Who({ room }: { room: Room }): VNode {
  const partners = room.partners.value;
  const here = partners.filter((partner) => room.isPresent(partner.seat));
  const names = namesOf(room);
  return (
    <div class="who">
      <Faces of={partners} />
      <div class="who-words">
        <h1>{names}</h1>
        {link.value === 'online' && partners.length === 1 && (
          <p class={here.length ? 'who-here' : 'who-away'}>{t(here.length ? 'home.here' : 'role.' + partners[0]!.role as 'role.mentee')}</p>
        )}
      </div>
      <VisitsButton room={room} />
    </div>
  );
}

const NotHere = (): VNode => (
  <div class="page">
    <Header back />
    <main id="content" class="page-main" tabIndex={-1}>
      <p class="empty">{t('room.not_found')}</p>
    </main>
  </div>
);

/** A visit ends when the professional looks elsewhere, unless they are still in the room's call. */
function useLeaving(room: Room, staff: boolean): void {
  useEffect(
    () => () => {
      if (staff && room.entered.peek() && call.peek()?.room !== room) void room.leave();
    },
    [room, staff],
  );
}
