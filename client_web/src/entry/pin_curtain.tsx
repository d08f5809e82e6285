/** Between an absence and what the device shows: the PIN. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Door } from '../shell/door';
import { useTitle } from '../shell/title';
import { http } from '../wire/http';
import { opened } from './absence';
import { OneField } from './one_field';

export function PinCurtain(): VNode {
  useTitle(t('pin.label'));
  return (
    <Door title={t('pin.ask')}>
      <OneField
        kind="pin"
        focus
        label={t('pin.label')}
        act={t('pin.enter')}
        send={async (pin) => {
          await http('POST', 'session/pin', { pin });
          opened();
        }}
      />
      <p class="signin-forgot">{t('pin.forgot')}</p>
    </Door>
  );
}
