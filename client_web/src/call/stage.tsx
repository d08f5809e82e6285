/** The call from inside: who is there, what goes on, and the controls. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t, type Key } from '../locales/text';
import { NoteOffer } from '../notes/offer';
import { recording, words } from '../notes/words';
import type { Room } from '../room/rooms';
import { me as session } from '../session/session';
import { Icon, type IconName } from '../shell/icons';
import { CONSENTS } from '../shell/route';
import type { CallPerson } from '../wire/call';
import { link } from '../wire/link';
import type { Call } from './call';
import { endCall } from './calls';
import { DataUsed } from './data_used';
import { offersNotes, RungLine } from './rung_line';
import { CallSettings } from './settings/settings_dialog';
import { DirectLine } from './direct_line';
import { moves } from './pictures';
import type { Still } from './stills';
import { SummonButton, SummonLine } from './summon_line';
import { Tile } from './tile';
import { Waits } from './waits';
import { soundBlocked, unblockSound } from './voices';

export function Stage({ current, room }: { current: Call; room: Room }): VNode {
  const small = useSignal(false);
  const choosing = useSignal(false);
  const mine = current.peer.value;
  const wordsCode = words.value;
  const records = recording.value?.room === room.number; // where one writes, on a telephone behind the stage
  const others = room.inCall.value.filter((person) => person.peer !== mine);
  const me = room.inCall.value.find((person) => person.peer === mine);
  return (
    <section class={small.value || records ? 'stage is-small' : 'stage'} aria-label={t('call.title')}>
      <div class="stage-head">
        <p class="stage-state" role="status">
          <span class={current.phase.value === 'in' ? 'dot dot-on' : 'dot'} />
          {t(stateWords(current))}
        </p>
        <button type="button" class="icon-button stage-settings" aria-label={t('call.settings')} onClick={() => (choosing.value = true)}>
          <Icon name="settings" />
        </button>
        <button type="button" class="quiet-button stage-size" onClick={() => (small.value = !small.value)}>
          <Icon name={small.value ? 'big' : 'chat'} />
          {t(small.value ? 'call.big' : 'call.small')}
        </button>
      </div>
      {choosing.value && <CallSettings current={current} onClose={() => (choosing.value = false)} />}
      <Waits room={room} />
      <SummonLine room={room} />
      <RungLine current={current} />
      <DirectLine current={current} />
      {offersNotes(current) && <NoteOffer room={room} />}
      <Words current={current} others={others} />
      <div class={`tiles tiles-${others.length > 3 ? 'many' : others.length}`}>
        {others.map((person) => (
          <Tile
            key={person.peer}
            person={person}
            {...seen(current, person)}
            speaks={current.speaking.value.has(person.peer)}
          />
        ))}
        {me && (
          <Tile
            own
            person={{ ...me, mic: current.mic.value, camera: current.picture.value !== null, voice_only: current.voiceOnly.value, connected: true }}
            picture={current.picture.value}
            paused={others.length > 0 && current.step.value.layers.length === 0 && !current.step.value.stills}
            speaks={mine !== null && current.speaking.value.has(mine)}
          />
        )}
      </div>
      {wordsCode && room.live.value.size > 0 && <wordsCode.LiveLines room={room} />}
      <Controls current={current} observes={me?.observing === true} />
      <div class="stage-foot">
        <DataUsed current={current} />
        <SummonButton room={room} />
        {session.value?.account.role === 'mentee' && (
          <a class="quiet-button" href={CONSENTS}>
            {t('consent.title')}
          </a>
        )}
      </div>
    </section>
  );
}

/** Their picture that moves, or else the last still of them, where either side lets pictures through. */
function seen(current: Call, person: CallPerson): { picture: MediaStreamTrack | null; still: Still | null } {
  const hidden = current.voiceOnly.value || person.voice_only || !person.camera;
  const picture = hidden || !moves(person.rung) ? null : current.pictureOf(person.peer);
  return { picture, still: hidden || picture ? null : (current.stills.shown.value.get(person.peer) ?? null) };
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
      {current.spared.value && !current.voiceOnly.value && <p>{t('call.camera_spared')}</p>}
    </div>
  );
}

function Controls({ current, observes }: { current: Call; observes: boolean }): VNode {
  const ready = current.peer.value !== null;
  return (
    <div class="controls">
      {observes ? (
        <Switch icon="mic" word="call.speak" label="call.speak" disabled={!ready} act={() => void current.speak(true).catch(() => {})} />
      ) : (
        <>
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
        </>
      )}
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
  if (phase === 'in') return current.media?.way.value === 'web' ? 'call.on_web' : 'call.connected';
  return link.value === 'online' ? 'call.reconnecting' : 'call.no_link';
}
