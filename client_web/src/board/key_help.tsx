/** The keys of the board, and the switch that turns the single ones off. */

import type { VNode } from 'preact';
import { t, type Key } from '../locales/text';
import { Dialog } from '../shell/dialog';
import { KEYS } from './keys';

interface Props {
  on: boolean;
  onSwitch: (on: boolean) => void;
  onClose: () => void;
}

const NAMES: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑', Enter: '↵' };

export const KeyHelp = ({ on, onSwitch, onClose }: Props): VNode => (
  <Dialog title={t('board.keys')} onClose={onClose}>
    <dl class="board-keys">
      {KEYS.map(([act, keys]) => (
        <div key={act}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{NAMES[key] ?? key}</kbd>
            ))}
          </dt>
          <dd>{t(`board.key_${act}` as Key)}</dd>
        </div>
      ))}
    </dl>
    <p class="hint">{t('board.keys_note')}</p>
    <p class="field field-check">
      <label>
        <input type="checkbox" checked={on} onChange={(event) => onSwitch(event.currentTarget.checked)} />
        <span>{t('board.keys_on')}</span>
      </label>
    </p>
  </Dialog>
);
