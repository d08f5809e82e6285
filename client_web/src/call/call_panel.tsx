/** The call of a room: an invitation while one is outside, the stage while one is inside. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { me } from '../session/session';
import { Icon } from '../shell/icons';
import { later } from '../shell/later';
import { CONSENTS } from '../shell/route';
import { link } from '../wire/link';
import { beginCall, call, calling, callTrouble, fetchAhead, fetchCalling, fetching } from './current';

export function CallPanel({ room }: { room: Room }): VNode {
  const code = calling.value;
  return (
    <>
      {code && <code.Sayings room={room} />}
      <Panel room={room} />
    </>
  );
}

function Panel({ room }: { room: Room }): VNode | null {
  const current = call.value;
  const code = calling.value;
  if (code && current?.room === room) return <code.Stage current={current} room={room} />;
  // While a pair is paused a professional may write, and nobody calls.
  const card = room.card.value;
  if ((card?.writable === false && !card.paused) || card?.state === 'paused') return null;
  if (card?.calls === false) return <CallsOff room={room} />;
  if (card?.put_out && me.value?.account.role !== 'supervisor') return <KeptOut />;
  return (
    <>
      <Invitation room={room} />
      {code && <code.CheckDialog room={room} />}
    </>
  );
}

const KeptOut = later(async () => (await fetchCalling()).KeptOut);

/** Said where the buttons were, and aloud when a call has just ended by it. */
function CallsOff({ room }: { room: Room }): VNode {
  const young = me.value?.account.role === 'mentee';
  const trouble = callTrouble.value?.room === room.number ? callTrouble.value.trouble : null;
  return (
    <section class="invitation" aria-label={t('call.title')}>
      <p class="invitation-who" role={trouble ? 'alert' : undefined}>
        {t(trouble === 'calls_ended' ? 'call.trouble.calls_ended' : 'call.off')} {young && <a href={CONSENTS}>{t('consent.title')}</a>}
      </p>
    </section>
  );
}

function Invitation({ room }: { room: Room }): VNode {
  const code = calling.value;
  const inside = room.inCall.value;
  const trouble = callTrouble.value?.room === room.number ? callTrouble.value : null;
  const joining = inside.length > 0;
  const unable = link.value !== 'online' || fetching.value !== null;
  const guest = joining && me.value?.account.role === 'supervisor'; // announced first, and then only observing
  const waiting = code?.knocking.value?.room === room ? code : null;
  const names = inside.map((person) => person.name).join(', ');
  return (
    <section class={joining ? 'invitation is-ringing' : 'invitation'} aria-label={t('call.title')}>
      {trouble && (
        <p class={['stopped', 'adult'].includes(trouble.trouble) ? 'notice' : 'problem'} role="alert">
          {['forbidden', 'other'].includes(trouble.trouble) && trouble.said ? trouble.said : t(`call.trouble.${trouble.trouble}`)}
        </p>
      )}
      {joining && <p class="invitation-who">{t(inside.length > 1 ? 'call.waiting_for_you_many' : 'call.waiting_for_you', { names })}</p>}
      {fetching.value === room.number && (
        <p class="invitation-who" role="status">
          {t('call.joining')}
        </p>
      )}
      {waiting && <waiting.KnockLine />}
      {guest && !waiting && code && <code.Door room={room} />}
      {!waiting && (
        <div class="invitation-acts" onPointerEnter={fetchAhead} onFocusCapture={fetchAhead}>
          <button type="button" class={joining ? 'button' : 'button button-soft'} disabled={unable} onClick={() => void beginCall(room, false)}>
            <Icon name={guest ? 'eye' : 'phone'} />
            {t(guest ? 'knock.enter' : joining ? 'call.join_voice' : 'call.start_voice')}
          </button>
          {!guest && (
            <button type="button" class={joining ? 'button' : 'button button-soft'} disabled={unable} onClick={() => void beginCall(room, true)}>
              <Icon name="camera" />
              {t(joining ? 'call.join_video' : 'call.start_video')}
            </button>
          )}
        </div>
      )}
    </section>
  );
}
