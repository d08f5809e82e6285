/** A page whose part comes later, and what stands while it is coming, or cannot come: help is above it even then. */

import type { ComponentType, VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Header } from './header';
import { later } from './later';
import { route } from './route';

export const page = <Props extends object>(fetchIt: () => Promise<ComponentType<Props>>): ComponentType<Props> => later(fetchIt, Waiting);

export function Waiting({ trouble }: { trouble?: VNode | null }): VNode {
  return (
    <div class="page">
      <Header back={me.value != null && route.value.page !== 'home'} />
      <main id="content" class="page-main" tabIndex={-1}>
        {trouble ?? <p class="empty">{t('app.loading')}</p>}
      </main>
    </div>
  );
}
