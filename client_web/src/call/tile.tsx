/** One person in the call: their picture or their shape, their name, and what is switched off. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { Face } from '../shell/mark';
import type { CallPerson } from '../wire/call';
import type { Still } from './stills';

interface Props {
  person: CallPerson;
  picture: MediaStreamTrack | null;
  /** Shown when there is no picture. */
  still?: Still | null;
  speaks: boolean;
  own?: boolean;
  /** One's own picture is not sent just now. */
  paused?: boolean;
}

export function Tile({ person, picture, still = null, speaks, own = false, paused = false }: Props): VNode {
  const staff = person.role === 'supervisor';
  const name = own ? t('call.you') : person.name;
  return (
    <figure class={`tile${own ? ' tile-own' : ''}${staff ? ' tile-staff' : ''}${speaks ? ' is-speaking' : ''}`}>
      {picture ? (
        <Picture track={picture} own={own} name={name} />
      ) : still ? (
        <img class="tile-still" src={still.address} alt={name} />
      ) : (
        <Face name={person.name} role={person.role} />
      )}
      <figcaption>
        <span class="tile-name">{name}</span>
        {staff && <span class="tag tile-role">{t('call.staff')}</span>}
        {person.observing && <span class="tag">{t('call.observes')}</span>}
        {person.leading && <span class="tag">{t('call.leads')}</span>}
        {person.hush && person.hush !== 'observing' && (
          <span class="tile-off">
            <Icon name="pause" />
            <span>{t(person.hush === 'led' ? 'call.led' : person.hush === 'unaware' ? 'call.unaware' : 'call.waits')}</span>
          </span>
        )}
        {!person.mic && !person.hush && (
          <span class="tile-off">
            <Icon name="micOff" />
            <span>{t('call.muted')}</span>
          </span>
        )}
        {person.voice_only && (
          <span class="tile-off">
            <Icon name="voice" />
            <span>{t('call.voice_only')}</span>
          </span>
        )}
        {!person.connected && (
          <span class="tile-off">
            <Icon name="network" />
            <span>{t('call.coming_back')}</span>
          </span>
        )}
        {person.connected && person.weak && (
          <span class="tile-off">
            <Icon name="network" />
            <span>{t('call.weak')}</span>
          </span>
        )}
        {paused && picture && (
          <span class="tile-off">
            <Icon name="cameraOff" />
            <span>{t('call.paused')}</span>
          </span>
        )}
        {still && !picture && (
          <span class="tile-off">
            <Icon name="camera" />
            <Age at={still.at} />
          </span>
        )}
      </figcaption>
    </figure>
  );
}

/** How old the picture is that looks like a present one. */
function Age({ at }: { at: number }): VNode {
  const age = useSignal(0);
  useEffect(() => {
    const look = (): number => (age.value = Math.round((performance.now() - at) / 1_000));
    look();
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, [at]);
  return <span>{t('call.still_age', { seconds: String(age.value) })}</span>;
}

function Picture({ track, own, name }: { track: MediaStreamTrack; own: boolean; name: string }): VNode {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (!video.current) return;
    video.current.srcObject = new MediaStream([track]);
    video.current.play().catch(() => {}); // muted, so it may always play; a new picture interrupts the last one
  }, [track]);
  // The voice comes from elsewhere (voices.tsx), so that hiding a picture never silences anyone.
  return <video ref={video} autoplay playsInline muted class={own ? 'is-mirrored' : undefined} aria-label={name} />;
}
