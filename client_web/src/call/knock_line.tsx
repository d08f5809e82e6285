/** The seconds between being announced and coming in, and the way out of it. */

import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { useSecondsTo } from '../room/coming';
import { Icon } from '../shell/icons';
import { knocking, withdraw } from './knocking';

export function KnockLine(): VNode {
  const waiting = knocking.value;
  const seconds = useSecondsTo(waiting);
  useEffect(() => withdraw, []); // who leaves the room does not come; once the door is open this does nothing
  return (
    <div class="knock">
      <p class="invitation-who" role="timer">
        {t(seconds > 0 ? 'knock.waits' : 'knock.enters', { seconds })}
      </p>
      <button type="button" class="button button-soft" onClick={withdraw}>
        <Icon name="close" />
        {t('app.cancel')}
      </button>
    </div>
  );
}
