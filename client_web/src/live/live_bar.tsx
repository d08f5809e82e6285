/** Beside the composer, in a call: whether the others see what is written while it is written. */

import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { Icon } from '../shell/icons';
import { isLive, Line, setLive } from './sending';

export function LiveBar({ room, draft }: { room: Room; draft: Signal<string> }): VNode {
  const line = useMemo(() => new Line(room.number), [room]);
  const on = isLive.value;
  // Not what is drawn: a line that was erased and begun anew before the page was drawn again is another line.
  useEffect(() => (on ? draft.subscribe((text) => line.write(text.trim() ? text : '')) : undefined), [on, draft, line]);
  useEffect(() => () => line.close(), [line, on]);
  return (
    <p class="live-bar">
      <button type="button" class="quiet-button live-switch" role="switch" aria-checked={on} onClick={() => setLive(!on)}>
        <Icon name="live" />
        {t('live.switch')}
        <span class="live-state">{t(on ? 'live.on' : 'live.off')}</span>
      </button>
      <span class="live-why" role="status">
        {on && t(line.held.value ? 'live.held' : 'live.why')}
      </span>
    </p>
  );
}
