/** Recording a voice note: speak, listen, send. Stands where the message is written, for as long as it lasts. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { NoDevice, type DeviceTrouble } from '../call/devices';
import { t } from '../locales/text';
import { keepNote } from '../outbox/outbox';
import type { Room } from '../room/rooms';
import { announce } from '../shell/announce';
import { Icon } from '../shell/icons';
import { link } from '../wire/link';
import { Player } from './player';
import { canRecord, MOST_SECONDS, Recording, type Recorded } from './record';
import { clock, recording } from './words';

const TIME_LEFT_SAID = [30, 10]; // seconds before the end at which it is said aloud
const HOLD_MS = 400; // a shorter press was a tap: the recording goes on until it is stopped

type Trouble = DeviceTrouble | 'unable' | 'empty' | 'broken';

export function Recorder({ room, onSent }: { room: Room; onSent: () => void }): VNode {
  const now = useSignal<Recording | null>(null);
  const taken = useSignal<Recorded | null>(null);
  const trouble = useSignal<Trouble | null>(null);
  const first = useRef<HTMLButtonElement>(null);
  const gone = useRef(false);

  const begin = async (): Promise<void> => {
    taken.value = trouble.value = null;
    if (!canRecord()) return void (trouble.value = 'unable');
    try {
      const begun = await Recording.start(() => {
        announce(t('voice.full'));
        void stop();
      });
      if (gone.current) return begun.discard();
      now.value = begun;
    } catch (error) {
      trouble.value = error instanceof NoDevice ? error.trouble : 'broken';
    }
  };
  const stop = async (): Promise<void> => {
    const running = now.peek();
    if (!running) return;
    now.value = null;
    try {
      taken.value = await running.stop();
      trouble.value = taken.peek() ? null : 'empty';
    } catch {
      running.discard();
      trouble.value = 'broken';
    }
  };
  const leave = (): void => {
    recording.value = null;
  };
  const send = (): void => {
    const note = taken.peek();
    if (!note) return;
    void keepNote(room.number, note.bytes, note.seconds);
    if (link.peek() !== 'online') announce(t('voice.will_go'));
    leave();
    onSent();
  };

  useEffect(() => {
    void begin();
    return () => {
      gone.current = true;
      now.peek()?.discard();
      if (recording.peek()?.room === room.number) recording.value = null;
    };
  }, []);
  useRelease(() => void stop());
  useEffect(() => first.current?.focus(), [now.value, taken.value, trouble.value]);

  return (
    <section class="recorder" aria-label={t('voice.record')} onKeyDown={(event) => event.key === 'Escape' && leave()}>
      {trouble.value && (
        <p class="problem" role="alert">
          {t(sayingOf(trouble.value))}
        </p>
      )}
      {!now.value && !taken.value && !trouble.value && <p role="status">{t('call.asking')}</p>}
      {now.value && <Meter running={now.value} />}
      {taken.value && <Taken taken={taken.value} />}
      <div class="recorder-acts">
        <button type="button" class="quiet-button" onClick={leave}>
          {t(taken.value ? 'voice.discard' : 'app.cancel')}
        </button>
        {(taken.value || (trouble.value && trouble.value !== 'unable')) && (
          <button ref={taken.value ? null : first} type="button" class="quiet-button" onClick={() => void begin()}>
            {t('voice.again')}
          </button>
        )}
        {now.value && (
          <button ref={first} type="button" class="button" onClick={() => void stop()}>
            <Icon name="halt" />
            {t('voice.stop')}
          </button>
        )}
        {taken.value && (
          <button ref={first} type="button" class="button" onClick={send}>
            <Icon name="send" />
            {t('voice.send')}
          </button>
        )}
      </div>
      {taken.value && link.value !== 'online' && <p class="recorder-note">{t('voice.will_go')}</p>}
    </section>
  );
}

function Meter({ running }: { running: Recording }): VNode {
  const left = Math.max(0, Math.ceil(MOST_SECONDS - running.seconds.value));
  useEffect(() => announce(t('voice.recording')), []);
  useEffect(() => {
    if (TIME_LEFT_SAID.includes(left)) announce(t('voice.left', { count: left }));
  }, [left]);
  return (
    <div class="meter">
      <span class="meter-dot" />
      <span class="meter-words">{t('voice.recording')}</span>
      <span class="meter-time" role="timer">
        {clock(running.seconds.value)}
      </span>
      <span class="meter-level" aria-hidden="true">
        <span style={{ transform: `scaleX(${running.level.value})` }} />
      </span>
      {left <= 60 && <span class="meter-left">{t('voice.left', { count: left })}</span>}
    </div>
  );
}

function Taken({ taken }: { taken: Recorded }): VNode {
  const blob = useMemo(() => new Blob([taken.bytes], { type: 'audio/ogg; codecs=opus' }), [taken]);
  return (
    <>
      <p>{t('voice.review')}</p>
      <Player source={blob} seconds={taken.seconds} name={t('message.you')} />
    </>
  );
}

/** Pressed and held: it ends when the finger leaves. A tap lets it run. */
function useRelease(stop: () => void): void {
  const since = useRef(performance.now());
  useEffect(() => {
    if (!recording.peek()?.held) return;
    const release = (): void => {
      if (performance.now() - since.current > HOLD_MS) stop();
    };
    addEventListener('pointerup', release, { once: true });
    return () => removeEventListener('pointerup', release);
  }, []);
}

function sayingOf(trouble: Trouble): 'voice.unable' | 'voice.empty' | 'voice.broken' | `call.trouble.${DeviceTrouble}` {
  return trouble === 'unable' || trouble === 'empty' || trouble === 'broken' ? `voice.${trouble}` : `call.trouble.${trouble}`;
}
