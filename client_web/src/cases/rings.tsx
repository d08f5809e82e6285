/** That it rings, and the way to silence it. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { mayRing, ringingCases, silence, soundOn } from './alarm';

export function Rings(): VNode | null {
  const count = ringingCases.value.length;
  if (count === 0 || !soundOn.value) return null;
  return (
    <p class="notice rings">
      <span>
        <strong>{t('board.rings', { count })}.</strong> {t(mayRing.value ? 'board.silence_why' : 'board.sound_touch')}
      </span>
      <button type="button" class="button button-plain" onClick={silence}>
        {t('board.silence')}
      </button>
    </p>
  );
}
