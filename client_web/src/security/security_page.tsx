/** One's own keys: the second step, the password, the devices. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { later } from '../shell/later';
import { useTitle } from '../shell/title';
import { DevicesCard } from './devices_card';
import { FactorsCard } from './factors_card';
import { PasswordCard } from './password_card';

const PinCard = later(async () => (await import('../parts/entry')).PinCard as () => VNode);

export function SecurityPage(): VNode {
  useTitle(t('security.title'));
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main security" tabIndex={-1}>
        <LinkNotice />
        <h1>{t('security.title')}</h1>
        {me.value?.pin !== undefined && <PinCard />}
        <DevicesCard />
        <FactorsCard />
        <PasswordCard />
      </main>
    </div>
  );
}
