/** For the family and for whoever referred the young person: just what exists for them today. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';

export function Outside(): VNode {
  const { account, organisation } = me.value!;
  return (
    <div class="card outside">
      <p>{t('guardian.lead', { organisation: organisation.name })}</p>
      <p>{t('guardian.contact', { organisation: organisation.name })}</p>
      <p>{t(account.role === 'guardian' ? 'guardian.private' : 'prescriber.private')}</p>
      <p>{t('guardian.help')}</p>
    </div>
  );
}
