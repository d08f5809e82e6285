/** On the help card: the professionals who answer for the person, and the association's own telephone. */

import type { VNode } from 'preact';
import { behindPin } from '../entry/absence';
import { t } from '../locales/text';
import { me } from '../session/session';
import { LETTERS, REPORT } from '../shell/route';
import { helpCard } from './call_for_help';
import { mine, ours } from './card';
import { written } from './lines';
import { Number } from './number';

export function People(): VNode | null {
  const account = me.value?.account;
  const known = account && mine.value?.account === account.id ? mine.value.professionals : [];
  const reached = known.filter(({ phone }) => phone);
  const phone = ours.value?.phone;
  const writes = account !== undefined && account.role !== 'admin' && account.role !== 'supervisor' && !behindPin.value;
  if (!reached.length && !phone && (!account || behindPin.value)) return null;
  return (
    <section class="help-people">
      <h3>{t('help.people')}</h3>
      <ul class="talk-lines">
        {reached.map(({ id, name, phone: number }) => (
          <li key={id}>
            <Number line={{ number: written(number!) }} calls={number!} />
            <p class="line-for">{t('help.professional', { name })}</p>
          </li>
        ))}
        {phone && (
          <li>
            <Number line={{ number: written(phone) }} calls={phone} />
            <p class="line-for">{ours.value?.organisation}</p>
          </li>
        )}
      </ul>
      {account && !behindPin.value && (
        <a class="button button-soft" href={REPORT} onClick={() => (helpCard.value = 'closed')}>
          {t('help.worried')}
        </a>
      )}
      {writes && (
        <a class="button button-soft" href={LETTERS} onClick={() => (helpCard.value = 'closed')}>
          {known.length === 1 ? t('help.write_to', { name: known[0]!.name }) : t('help.write')}
        </a>
      )}
    </section>
  );
}
