/**
 * The sound of a critical page: two notes, made here, again and again until somebody looks after the case or silences it.
 * A browser lets a page sound only once somebody has touched it.
 */

import { computed, effect, signal } from '@preact/signals';
import { recall, remember } from '../shell/memory';
import { waitingCases } from './living';
import { pageOf, ringing } from './rules';

const EVERY_MS = 4_000;
const NOTES_HZ = [880, 660] as const;
const NOTE_S = 0.22;
const LOUD = 0.25; // of 1: it must be heard across an office, not hurt in headphones

export const soundOn = signal(recall('case.sound') !== 'off');
/** The browser lets the page sound. */
export const mayRing = signal(false);
const silenced = signal<ReadonlySet<string>>(new Set());
export const ringingCases = computed(() => ringing(waitingCases.value, silenced.value));

let context: AudioContext | null = null;

export function switchSound(on: boolean): void {
  soundOn.value = on;
  remember('case.sound', on ? null : 'off');
}

/** Quiet until a case is paged again. */
export function silence(): void {
  silenced.value = new Set([...silenced.peek(), ...ringingCases.peek().map(pageOf)]);
}

/** Once, also to let somebody hear what they will hear. */
export function chime(): void {
  if (context?.state !== 'running') return;
  NOTES_HZ.forEach((frequency, index) => {
    const from = context!.currentTime + index * NOTE_S;
    const note = new OscillatorNode(context!, { frequency, type: 'triangle' });
    const gain = new GainNode(context!, { gain: 0 });
    gain.gain.linearRampToValueAtTime(LOUD, from + 0.02);
    gain.gain.setValueAtTime(LOUD, from + NOTE_S - 0.06);
    gain.gain.linearRampToValueAtTime(0, from + NOTE_S);
    note.connect(gain).connect(context!.destination);
    note.start(from);
    note.stop(from + NOTE_S);
  });
}

async function wake(): Promise<void> {
  try {
    context ??= new AudioContext();
    await context.resume();
    mayRing.value = context.state === 'running';
  } catch {
    mayRing.value = false; // no sound on this device: the strip and the title say it too
  }
}

for (const gesture of ['pointerdown', 'keydown'] as const) {
  addEventListener(gesture, () => void (mayRing.peek() || wake()), { capture: true });
}
if ((navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation?.hasBeenActive) void wake();

/** Which pages ring: a change of anything else about their cases does not begin the sound anew. */
const rings = computed(() => ringingCases.value.map(pageOf).sort().join());

effect(() => {
  if (!soundOn.value || !mayRing.value || !rings.value) return undefined;
  chime();
  const timer = setInterval(chime, EVERY_MS);
  return () => clearInterval(timer);
});
