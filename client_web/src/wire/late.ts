/** Whether the socket has been away long enough to say so: a blink of the network is nobody's worry. */

import { effect, signal } from '@preact/signals';
import { link } from './link';

const WORTH_SAYING_MS = 2_500;

export const late = signal(false);

effect(() => {
  if (link.value === 'online') {
    late.value = false;
    return;
  }
  const timer = setTimeout(() => (late.value = true), navigator.onLine ? WORTH_SAYING_MS : 0);
  return () => clearTimeout(timer);
});
