/** Whether critical calls sound here, and the switch. */

import type { VNode } from 'preact';
import { chime, mayRing, soundOn, switchSound } from '../cases/alarm';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';

export const Sound = (): VNode => (
  <div class="board-sound">
    <p class="hint">{t(!soundOn.value ? 'board.sound_off' : mayRing.value ? 'board.sound_on' : 'board.sound_touch')}</p>
    <button type="button" class="quiet-button" aria-pressed={soundOn.value} onClick={() => switchSound(!soundOn.value)}>
      <Icon name="sound" />
      {t(soundOn.value ? 'board.sound_switch_off' : 'board.sound_switch_on')}
    </button>
    {soundOn.value && mayRing.value && (
      <button type="button" class="quiet-button" onClick={chime}>
        {t('board.sound_try')}
      </button>
    )}
  </div>
);
