/** The way to help: at the right end of the bar, and at the same place over every dialog. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { helpCard } from './call_for_help';

export const HelpButton = ({ over }: { over?: boolean }): VNode => (
  <button type="button" class={over ? 'help-button help-over' : 'help-button'} onClick={() => (helpCard.value = 'asked')}>
    <Icon name="help" />
    {t('help.button')}
  </button>
);
