/** One's own keys: the second step, the password, the devices. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { later } from '../shell/later';
import { useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import type { SecondFactors } from '../wire/security';
import { DevicesCard } from './devices_card';
import { FactorsCard } from './factors_card';
import { PasswordCard } from './password_card';

const PinCard = later(async () => (await import('../parts/entry')).PinCard);

export function SecurityPage(): VNode {
  const factors = useLoaded<SecondFactors>('second-factors');
  const known = factors.found.value;
  return (
    <Page title={t('security.title')} kind="security">
      {me.value?.pin !== undefined && <PinCard />}
      <DevicesCard />
      {known && !known.password && !known.totp && known.passkeys.length === 0 ? (
        <section class="card" aria-labelledby="no-password-title">
          <h2 id="no-password-title">{t('password.none_title')}</h2>
          <p>{t('password.none')}</p>
        </section>
      ) : (
        <>
          <FactorsCard loaded={factors} />
          <PasswordCard factors={known} />
        </>
      )}
    </Page>
  );
}
