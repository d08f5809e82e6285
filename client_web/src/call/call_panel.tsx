/** The call of a room: an invitation while one is outside, the stage with its controls while one is inside. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t, type Key } from '../locales/text';
import type { Room } from '../room/rooms';
import { announce } from '../shell/announce';
import { Icon, type IconName } from '../shell/icons';
import { link } from '../wire/link';
import type { CallPerson } from '../wire/types';
import { call, callTrouble, endCall, startCall, type Call } from './call';
import { whatHappened } from './sayings';
import { Tile } from './tile';
import { soundBlocked, unblockSound } from './voices';

export function CallPanel({ room }: { room: Room }): VNode | null {
  useSaying(room);
  const current = call.value;
  if (current?.room === room) return <Stage current={current} room={room} />;
  if (room.card.value?.writable === false) return null;
  return <Invitation room={room} />;
}

function Invitation({ room }: { room: Room }): VNode {
  const inside = room.inCall.value;
  const trouble = callTrouble.value?.room === room.number ? callTrouble.value : null;
  const joining = inside.length > 0;
  const names = inside.map((person) => person.name).join(', ');
  return (
    <section class={joining ? 'invitation is-ringing' : 'invitation'} aria-label={t('call.title')}>
      {trouble && (
        <p class="problem" role="alert">
          {trouble.trouble === 'other' && trouble.said ? trouble.said : t(`call.trouble.${trouble.trouble}`)}
        </p>
      )}
      {joining && <p class="invitation-who">{t(inside.length > 1 ? 'call.waiting_for_you_many' : 'call.waiting_for_you', { names })}</p>}
      <div class="invitation-acts">
        <button type="button" class={joining ? 'button' : 'button button-soft'} disabled={link.value !== 'online'} onClick={() => void startCall(room, false)}>
          <Icon name="phone" />
          {t(joining ? 'call.join_voice' : 'call.start_voice')}
        </button>
        <button type="button" class={joining ? 'button' : 'button button-soft'} disabled={link.value !== 'online'} onClick={() => void startCall(room, true)}>
          <Icon name="camera" />
          {t(joining ? 'call.join_video' : 'call.start_video')}
        </button>
      </div>
    </section>
  );
}

function Stage({ current, room }: { current: Call; room: Room }): VNode {
  const small = useSignal(false);
  const mine = current.peer.value;
  const others = room.inCall.value.filter((person) => person.peer !== mine);
  const me = room.inCall.value.find((person) => person.peer === mine);
  return (
    <section class={small.value ? 'stage is-small' : 'stage'} aria-label={t('call.title')}>
      <div class="stage-head">
        <p class="stage-state" role="status">
          <span class={current.phase.value === 'in' ? 'dot dot-on' : 'dot'} />
          {t(stateWords(current))}
        </p>
        <button type="button" class="quiet-button stage-size" onClick={() => (small.value = !small.value)}>
          <Icon name={small.value ? 'big' : 'chat'} />
          {t(small.value ? 'call.big' : 'call.small')}
        </button>
      </div>
      <Words current={current} others={others} />
      <div class={`tiles tiles-${others.length}`}>
        {others.map((person) => (
          <Tile
            key={person.peer}
            person={person}
            picture={current.voiceOnly.value || person.voice_only || !person.camera ? null : current.pictureOf(person.peer)}
          />
        ))}
        {me && (
          <Tile
            own
            person={{ ...me, mic: current.mic.value, camera: current.picture.value !== null, voice_only: current.voiceOnly.value, connected: true }}
            picture={current.picture.value}
          />
        )}
      </div>
      <Controls current={current} />
    </section>
  );
}

/** What there is to say beside the state: nobody else yet, a device that fails, sound that waits for a tap. */
function Words({ current, others }: { current: Call; others: readonly CallPerson[] }): VNode {
  return (
    <div class="stage-words">
      {current.notice.value && (
        <p class="problem" role="alert">
          {t(`call.trouble.${current.notice.value}`)}
        </p>
      )}
      {soundBlocked.value && (
        <p class="stage-hear">
          <button type="button" class="button" onClick={unblockSound}>
            <Icon name="sound" />
            {t('call.hear')}
          </button>
          {t('call.hear_why')}
        </p>
      )}
      {current.phase.value === 'in' && others.length === 0 && (
        <p>
          {t('call.alone')} {t('call.not_recorded')}
        </p>
      )}
      {current.voiceOnly.value && <p>{t('call.voice_only_here')}</p>}
    </div>
  );
}

function Controls({ current }: { current: Call }): VNode {
  const ready = current.peer.value !== null;
  return (
    <div class="controls">
      <Switch
        icon={current.mic.value ? 'mic' : 'micOff'}
        word="call.mic"
        label={current.mic.value ? 'call.mute' : 'call.unmute'}
        off={!current.mic.value}
        disabled={!ready}
        act={() => void current.toggleMic()}
      />
      <Switch
        icon={current.picture.value ? 'camera' : 'cameraOff'}
        word="call.camera"
        label={current.picture.value ? 'call.camera_off' : 'call.camera_on'}
        off={!current.picture.value}
        disabled={!ready}
        act={() => void current.toggleCamera()}
      />
      <Switch
        icon="voice"
        word="call.voice_only"
        label={current.voiceOnly.value ? 'call.voice_only_off' : 'call.voice_only_on'}
        on={current.voiceOnly.value}
        disabled={!ready}
        act={() => void current.toggleVoiceOnly()}
      />
      <button type="button" class="control control-leave" onClick={() => endCall(current, null)}>
        <Icon name="hangUp" />
        <span>{t('call.leave')}</span>
      </button>
    </div>
  );
}

interface SwitchProps {
  icon: IconName;
  word: Key;
  label: Key;
  off?: boolean;
  on?: boolean;
  disabled: boolean;
  act: () => void;
}

const Switch = ({ icon, word, label, off, on, disabled, act }: SwitchProps): VNode => (
  <button type="button" class={`control${off ? ' is-off' : ''}${on ? ' is-on' : ''}`} aria-label={t(label)} disabled={disabled} onClick={act}>
    <Icon name={icon} />
    <span aria-hidden="true">{t(word)}</span>
  </button>
);

function stateWords(current: Call): Key {
  const phase = current.phase.value;
  if (phase === 'asking') return 'call.asking';
  if (phase === 'joining') return 'call.joining';
  if (phase === 'in') return 'call.connected';
  return link.value === 'online' ? 'call.reconnecting' : 'call.no_link';
}

/** Comings, goings and mutings are said aloud, whether one is in the call or not. */
function useSaying(room: Room): void {
  const before = useRef<readonly CallPerson[] | null>(null);
  const people = room.inCall.value;
  useEffect(() => {
    const own = call.peek()?.peer.peek() ?? null;
    if (before.current) for (const { key, name } of whatHappened(before.current, people, own)) announce(t(key, { name }));
    before.current = people;
  }, [people]);
}
