/** The calls that go on now, told by the server as long as somebody on this page looks at them. */

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { LiveSession } from '../wire/call';
import { ask, link, on, onOnline } from '../wire/link';

/** The oldest first; null until they are here. */
export const sessions = signal<readonly LiveSession[] | null>(null);

let lookers = 0;
let ends: (() => void)[] = [];

/** Keeps `sessions` up to date while what asks for it is on the screen. */
export function useSessions(): void {
  useEffect(() => {
    if (lookers++ === 0) begin();
    return () => {
      if (--lookers === 0) end();
    };
  }, []);
}

function begin(): void {
  const watch = async (): Promise<void> => {
    try {
      sessions.value = (await ask('board:watch', { watch: true })).sessions;
    } catch {
      // The line is away: asked again when it is back.
    }
  };
  ends = [on('board:sessions', (told) => (sessions.value = told.sessions)), onOnline(() => void watch())];
  void watch();
}

function end(): void {
  ends.forEach((one) => one());
  sessions.value = null;
  if (link.peek() === 'online') void ask('board:watch', { watch: false }).catch(() => undefined);
}
