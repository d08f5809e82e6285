/** How one is told while one is not in front of the page. */

import type { VNode } from 'preact';
import { t, tOr } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import type { MyReach } from '../wire/reach';
import { ChannelsCard } from './channels_card';
import { DeviceCard } from './device_card';
import { TryCard } from './try_card';

export function ReachPage(): VNode {
  const loaded = useLoaded<MyReach>('reach');
  return (
    <Page title={t('reach.title')} kind="reach">
      <p class="lead">{t('reach.lead')}</p>
      <Awaited of={loaded}>
        {(reach) => (
          <>
            {reach.why && <p class="notice">{tOr(`reach.why_${reach.why}`, 'reach.why_other')}</p>}
            <DeviceCard reach={reach} loaded={loaded} />
            <ChannelsCard reach={reach} loaded={loaded} />
            <TryCard reach={reach} loaded={loaded} />
          </>
        )}
      </Awaited>
    </Page>
  );
}
