/** Plays one voice note: start and stop, where one is, how fast. Fetched when it is first wanted. */

import { signal, useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { recall, remember } from '../shell/memory';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { downloadNote } from './download';
import { clock } from './words';

const SPEEDS = [1, 1.5, 2];

/** One voice at a time. */
const sounding = signal<HTMLAudioElement | null>(null);
const speed = signal(SPEEDS.find((one) => String(one) === recall('speed')) ?? 1);

type State = 'idle' | 'loading' | 'ready' | 'failed' | 'unplayable';

interface Props {
  /** The note in hand, or its address below `/api/v1/`. */
  source: Blob | string;
  seconds: number;
  /** Whose voice; for who listens to the page instead of looking at it. */
  name: string;
}

export function Player({ source, seconds, name }: Props): VNode {
  const state = useSignal<State>('idle');
  const share = useSignal(0);
  const at = useSignal(0);
  const audio = useRef<HTMLAudioElement | null>(null);
  const playing = sounding.value !== null && sounding.value === audio.current;

  useEffect(
    () => () => {
      const made = audio.current;
      if (!made) return;
      made.pause();
      if (sounding.peek() === made) sounding.value = null;
      URL.revokeObjectURL(made.src);
    },
    [source],
  );

  const prepare = async (): Promise<HTMLAudioElement | null> => {
    if (audio.current) return audio.current;
    state.value = 'loading';
    let blob: Blob;
    try {
      blob = source instanceof Blob ? source : await downloadNote(source, (now) => (share.value = now));
    } catch {
      state.value = 'failed';
      return null;
    }
    const made = new Audio(URL.createObjectURL(blob));
    made.ontimeupdate = () => (at.value = made.currentTime);
    made.onpause = made.onended = () => {
      if (made.ended) at.value = 0;
      if (sounding.peek() === made) sounding.value = null;
    };
    made.onerror = () => (state.value = 'unplayable');
    audio.current = made;
    state.value = 'ready';
    return made;
  };

  const toggle = async (): Promise<void> => {
    if (state.peek() === 'loading') return;
    if (playing) return audio.current!.pause();
    const made = await prepare();
    if (!made) return;
    sounding.peek()?.pause();
    made.playbackRate = speed.peek();
    sounding.value = made;
    try {
      await made.play();
    } catch (error) {
      if (sounding.peek() === made) sounding.value = null;
      if ((error as DOMException).name === 'NotSupportedError') state.value = 'unplayable';
    }
  };

  const seek = async (to: number): Promise<void> => {
    const made = await prepare();
    if (made) made.currentTime = at.value = to;
  };

  const faster = (): void => {
    speed.value = SPEEDS[(SPEEDS.indexOf(speed.peek()) + 1) % SPEEDS.length]!;
    remember('speed', String(speed.peek()));
    if (sounding.peek()) sounding.peek()!.playbackRate = speed.peek();
  };

  const length = clock(seconds);
  return (
    <div class="player">
      <button
        type="button"
        class="player-toggle"
        aria-label={playing ? t('voice.pause') : t('voice.play', { name, length })}
        aria-busy={state.value === 'loading'}
        onClick={() => void toggle()}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <div class="player-middle">
        <input
          type="range"
          min={0}
          max={seconds}
          step={1}
          value={at.value}
          aria-label={t('voice.position')}
          aria-valuetext={t('voice.at', { at: clock(at.value), length })}
          onInput={(event) => void seek(Number(event.currentTarget.value))}
        />
        <span class="player-words" role={state.value === 'idle' || state.value === 'ready' ? undefined : 'status'}>
          {words(state.value, share.value) ?? `${clock(at.value)} / ${length}`}
        </span>
      </div>
      <button type="button" class="player-speed" aria-label={t('voice.speed', { speed: shown(speed.value) })} onClick={faster}>
        {`${shown(speed.value)}×`}
      </button>
    </div>
  );
}

const shown = (value: number): string => value.toLocaleString(document.documentElement.lang || 'fr');

function words(state: State, share: number): string | null {
  if (state === 'loading') return t('voice.loading', { percent: Math.floor(share * 100) });
  return state === 'failed' || state === 'unplayable' ? t(`voice.${state}`) : null;
}
