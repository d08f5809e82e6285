/** Between an absence and what the device shows: the PIN. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Header } from '../shell/header';
import { Shelter } from '../shell/mark';
import { useTitle } from '../shell/title';
import { signedOutElsewhere } from '../session/session';
import { http } from '../wire/http';
import { isSignedOut } from '../wire/refusal';
import { opened } from './absence';
import { OneField } from './one_field';

export function PinCurtain(): VNode {
  useTitle(t('pin.label'));
  return (
    <div class="page signin">
      <Header />
      <main id="content" class="signin-main" tabIndex={-1}>
        <div class="welcome">
          <Shelter />
          <h1>{t('pin.ask')}</h1>
        </div>
        <div class="card signin-card">
          <OneField
            kind="pin"
            focus
            label={t('pin.label')}
            act={t('pin.enter')}
            send={async (pin) => {
              try {
                await http('POST', 'session/pin', { pin });
                opened();
              } catch (error) {
                if (!isSignedOut(error)) throw error;
                signedOutElsewhere();
              }
            }}
          />
          <p class="signin-forgot">{t('pin.forgot')}</p>
        </div>
      </main>
    </div>
  );
}
