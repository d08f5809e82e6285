/** Keeps the screen of a telephone on during a call: a locked one cuts the camera, and on some the voice. */

import { effect } from '@preact/signals';
import { call } from './current';

interface WakeLock {
  release(): Promise<void>;
}
type Locks = { request(type: 'screen'): Promise<WakeLock & EventTarget> };

let held: WakeLock | null = null;

async function hold(): Promise<void> {
  const locks = (navigator as { wakeLock?: Locks }).wakeLock;
  if (held || !locks || !call.peek() || document.visibilityState !== 'visible') return;
  try {
    const lock = await locks.request('screen');
    if (!call.peek()) return void lock.release();
    held = lock;
    lock.addEventListener('release', () => (held = null)); // the browser takes it back when the page is hidden
  } catch {
    // A battery that is nearly empty, or a browser that will not: the call goes on.
  }
}

effect(() => {
  if (call.value) void hold();
  else void held?.release();
});
document.addEventListener('visibilitychange', () => void hold());
