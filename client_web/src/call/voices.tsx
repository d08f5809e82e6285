/** The sound of the call. Lives beside the pages, so that going from one to another never cuts a voice. */

import { effect, signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { chosen } from './devices';
import { call } from './current';

/** The browser holds the sound back until the person taps. */
export const soundBlocked = signal(false);

const elements = new Set<HTMLAudioElement>();

export function unblockSound(): void {
  soundBlocked.value = false;
  for (const element of elements) play(element);
}

effect(() => {
  if (call.value === null) soundBlocked.value = false;
});

export function Voices(): VNode {
  return (
    <div hidden>
      {call.value?.voices.value.map(([mid, track]) => (
        <Voice key={mid} track={track} />
      ))}
    </div>
  );
}

function Voice({ track }: { track: MediaStreamTrack }): VNode {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
    elements.add(element);
    play(element);
    return () => {
      elements.delete(element);
    };
  }, [track]);
  const speaker = chosen.value.speaker;
  useEffect(() => {
    audio.current?.setSinkId?.(speaker).catch(() => {}); // unplugged since: the device's own goes on
  }, [speaker]);
  return <audio ref={audio} autoplay />;
}

function play(element: HTMLAudioElement): void {
  element.play().catch((error: DOMException) => {
    if (error.name === 'NotAllowedError') soundBlocked.value = true;
  });
}
