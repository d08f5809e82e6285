/** The line that tells what the ladder did and why; said aloud once, shown while it lasts. */

import { computed, useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import { Icon } from '../shell/icons';
import type { Call } from './call';
import { rungWords } from './rung_words';

const GOOD_NEWS_MS = 8_000;
const BLIP_MS = 700; // what passes by itself within this time is not worth a word
const DETOUR_MS = 3_000; // likewise: the web carries the voice for a second while the network changes
const SAME_AGAIN_MS = 60_000; // the same sentence is not said again within this time: it is known

export function RungLine({ current }: { current: Call }): VNode | null {
  const words = useMemo(() => computed(() => wordsOf(current)), [current]).value;
  const text = words && sentence(current, words);
  const shown = useSignal<{ text: string; up: boolean } | null>(null);
  useEffect(() => {
    if (!text || !words) {
      shown.value = null;
      return;
    }
    if (words.up && !shown.peek()) return; // nobody heard of the trouble that is over
    const timers = [
      setTimeout(
        () => {
          shown.value = { text, up: words.up };
          sayOnce(text);
          if (words.up) timers.push(setTimeout(() => (shown.value = null), GOOD_NEWS_MS));
        },
        words.what === 'call.rung.voice-web' ? DETOUR_MS : BLIP_MS,
      ),
    ];
    return () => timers.forEach(clearTimeout);
  }, [text]);
  if (!shown.value) return null;
  return (
    <p class={shown.value.up ? 'stage-rung is-up' : 'stage-rung'}>
      <Icon name={shown.value.up ? 'sent' : 'network'} />
      <span>{shown.value.text}</span>
    </p>
  );
}

/** A voice note is worth more than the voice just now. For whoever draws its button. */
export const offersNotes = (current: Call): boolean => wordsOf(current)?.notes ?? false;

function wordsOf(current: Call): ReturnType<typeof rungWords> {
  const own = current.peer.value;
  const others = current.room.inCall.value.filter(({ peer }) => peer !== own);
  return rungWords(current.step.value, !current.voiceOnly.value && (current.picture.value !== null || others.some(({ camera }) => camera)));
}

function sentence(current: Call, { what, why, who, up }: NonNullable<ReturnType<typeof rungWords>>): string {
  const name = current.room.inCall.value.find(({ peer }) => peer === who)?.name ?? '';
  const reason = who && !name ? t('call.why.weak_somewhere') : t(why, { name });
  const form = !up ? 'call.rung.because' : what === 'call.rung.video' || what === 'call.rung.video-small' ? 'call.rung.up' : 'call.rung.only_up';
  const text = t(form, { what: t(what), why: reason });
  return text.charAt(0).toUpperCase() + text.slice(1);
}

let said = { text: '', at: -Infinity };

function sayOnce(text: string): void {
  const now = performance.now();
  if (said.text === text && now - said.at < SAME_AGAIN_MS) return;
  said = { text, at: now };
  announce(text);
}
