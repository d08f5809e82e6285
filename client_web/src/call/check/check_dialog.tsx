/** A look before a call: is the microphone heard, and what does the line carry? Under eight seconds, and skippable. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../../locales/text';
import type { Room } from '../../room/rooms';
import { Dialog } from '../../shell/dialog';
import type { Rung } from '../../wire/call';
import { microphone, NoDevice, type DeviceTrouble } from '../devices';
import { checking, keep, passCheck } from './begin';
import { lookAtLine } from './loop';
import { watchLevel } from './microphone_level';
import { setWantsCheck } from './remembered';
import { firstRung, quality, STEPS } from './rules';

const HEARD = 0.25; // of the level's scale, about −45 dB: a voice before a telephone, not the hum of a room
const READ_MS = 1_200; // a good result is shown for this long before the call begins by itself

type Mic = 'asking' | 'quiet' | 'heard' | DeviceTrouble;

export function CheckDialog({ room }: { room: Room }): VNode | null {
  return checking.value?.room === room ? <Check /> : null;
}

function Check(): VNode {
  const mic = useSignal<Mic>('asking');
  const level = useSignal(0);
  const done = useSignal(0); // steps of the look at the line
  const rung = useSignal<Rung | null>(null);
  const failed = useSignal(false);

  useEffect(() => {
    const stop = new AbortController();
    void listen(stop.signal, (heard) => {
      level.value = heard;
      if (mic.peek() === 'asking') mic.value = 'quiet';
      if (heard > HEARD) mic.value = 'heard';
    }).catch((error: unknown) => {
      if (!stop.signal.aborted) mic.value = error instanceof NoDevice ? error.trouble : 'mic_busy';
    });
    void lookAtLine(stop.signal, (steps) => (done.value = steps.length))
      .then((line) => {
        if (stop.signal.aborted) return;
        rung.value = firstRung(line);
        keep(rung.value);
      })
      .catch(() => {
        if (!stop.signal.aborted) failed.value = true;
      });
    return () => stop.abort();
  }, []);

  const result = rung.value && quality(rung.value);
  const allWell = result === 'good' && mic.value === 'heard';
  useEffect(() => {
    if (!allWell) return;
    const timer = setTimeout(() => passCheck(rung.peek()), READ_MS);
    return () => clearTimeout(timer);
  }, [allWell]);

  const ready = rung.value !== null || failed.value;
  return (
    <Dialog title={t('check.title')} kind="check" onClose={() => (checking.value = null)}>
      <div class="check-part">
        <p id="check-mic">{t(`check.mic.${mic.value === 'asking' || mic.value === 'quiet' || mic.value === 'heard' ? mic.value : 'missing'}`)}</p>
        <meter class="check-level" aria-labelledby="check-mic" min={0} max={1} value={level.value} />
        {mic.value !== 'asking' && mic.value !== 'quiet' && mic.value !== 'heard' && <p class="problem">{t(`call.trouble.${mic.value}`)}</p>}
      </div>
      <div class="check-part">
        <p id="check-line" role="status">
          {failed.value ? t('check.line.failed') : t(result ? `check.line.${result}` : 'check.line.looking')}
        </p>
        {!ready && <progress class="check-progress" aria-labelledby="check-line" max={STEPS.length + 1} value={done.value + 1} />}
      </div>
      <div class="dialog-acts">
        <button type="button" class={ready ? 'button' : 'button button-soft'} onClick={() => passCheck(rung.value)}>
          {t(ready ? 'check.go' : 'check.skip')}
        </button>
        {!ready && (
          <button
            type="button"
            class="quiet-button"
            onClick={() => {
              setWantsCheck(false);
              passCheck(null);
            }}
          >
            {t('check.never')}
          </button>
        )}
      </div>
    </Dialog>
  );
}

async function listen(stop: AbortSignal, heard: (level: number) => void): Promise<void> {
  const track = await microphone();
  const end = stop.aborted ? () => {} : watchLevel(track, heard);
  const close = (): void => {
    end();
    track.stop();
  };
  if (stop.aborted) close();
  else stop.addEventListener('abort', close);
}
