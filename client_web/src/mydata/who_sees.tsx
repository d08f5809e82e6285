/** Who sees what, by role, with the names of those who are there for the person now. */

import type { VNode } from 'preact';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import type { Seer } from '../wire/data';

export const WhoSees = ({ seers }: { seers: readonly Seer[] }): VNode => (
  <>
    {seers.map((seer) => (
      <One key={seer.role} seer={seer} />
    ))}
    {seers.some((seer) => seer.sees.includes('attendance')) && <p>{t('mydata.calls_kept')}</p>}
    <p>{t('mydata.who_not')}</p>
  </>
);

function One({ seer }: { seer: Seer }): VNode {
  const names = (list: readonly string[]): string => list.map((data) => tOr(`mydata.data.${data}`, 'mydata.data.other')).join(', ');
  const role = tOr(`mydata.role.${seer.role}`, 'mydata.role.other');
  // Of a professional's own pairs that is nothing more; it is their colleagues who may, and that is a sentence of its own.
  const sees = seer.sees.filter((data) => data !== 'messages_once');
  // A guardian who asks is told nothing of conversations that are not theirs.
  const never = me.value?.account.role === 'guardian' ? [] : seer.never.filter((data) => ['messages', 'flagged', 'calls', 'contact'].includes(data));
  return (
    <div class="card seer">
      <h3>{role}</h3>
      {seer.people.length > 0 && <p class="seer-people">{seer.people.join(', ')}</p>}
      <p>{seer.sees.length === 0 ? t('mydata.sees_nothing') : t('mydata.sees', { what: names(sees) })}</p>
      {seer.sees.includes('messages') && seer.role === 'supervisor' && <p>{t('mydata.visibly')}</p>}
      {seer.sees.includes('cases') && seer.role === 'supervisor' && <p>{t('mydata.outline')}</p>}
      {seer.sees.includes('messages_once') && <p>{t('mydata.colleague')}</p>}
      {seer.sees.length > 0 && never.length > 0 && <p>{t('mydata.never', { what: names(never) })}</p>}
    </div>
  );
}
