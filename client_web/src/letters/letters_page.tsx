/** Letters between a person and their professionals: one's own two lines, or those that a professional reads. */

import type { VNode } from 'preact';
import { ago } from '../locales/moments';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { Face } from '../shell/mark';
import { Page } from '../shell/page';
import { letterAddress, LETTERS } from '../shell/route';
import type { LetterLines } from '../wire/letters';
import { Thread } from './thread';

interface Props {
  person: string | null;
  line: 'own' | 'other';
}

export function LettersPage({ person, line }: Props): VNode {
  const { id, role } = me.value!.account;
  const staff = role === 'supervisor' || role === 'admin';
  const whose = staff ? person : id;
  return (
    <Page title={t('letters.title')} kind="mydata letters">
      {staff && <p class="lead">{t('letters.lead_staff')}</p>}
      {!staff && <Ways line={line} me={id} />}
      {whose ? <Thread key={`${whose}/${line}`} person={whose} line={line} /> : <Lines />}
      {!staff && <p class="hint">{t('letters.in_case')}</p>}
      {staff && person && (
        <p>
          <a href={LETTERS}>{t('letters.all')}</a>
        </p>
      )}
    </Page>
  );
}

/** To one's own professional, or to another one. */
function Ways({ line, me: id }: { line: 'own' | 'other'; me: string }): VNode {
  return (
    <>
      <p class="lead">{t(line === 'own' ? 'letters.lead' : 'letters.lead_other')}</p>
      <nav class="letter-ways" aria-label={t('letters.to')}>
        {(['own', 'other'] as const).map((each) => (
          <a key={each} class="button button-plain" href={letterAddress(id, each)} aria-current={each === line ? 'page' : undefined}>
            {t(`letters.${each}`)}
          </a>
        ))}
      </nav>
    </>
  );
}

function Lines(): VNode {
  const loaded = useLoaded<LetterLines>('letters', ['letter:new']);
  return (
    <Awaited of={loaded}>
      {({ lines, people }) => (
        <>
          {lines.length === 0 && <p class="empty">{t('letters.none')}</p>}
          <ul class="people">
            {lines.map(({ person, line, unread, at }) => (
              <li key={`${person.id}/${line}`}>
                <Face name={person.name} role={person.role} />
                <span>
                  <a href={letterAddress(person.id, line)}>
                    <strong>{person.name}</strong>
                  </a>
                  <span class="fact">
                    {[t(`role.${person.role}`), ...(line === 'other' ? [t('letters.around')] : []), ...(at ? [ago(new Date(at))] : [])].join(' · ')}
                  </span>
                </span>
                {unread && <span class="tag">{t('letters.unread')}</span>}
              </li>
            ))}
          </ul>
          {people.length > 0 && (
            <section class="card" aria-labelledby="letter-people">
              <h2 id="letter-people">{t('letters.people')}</h2>
              <ul class="letter-people">
                {people.map(({ id, name, role }) => (
                  <li key={id}>
                    <a href={letterAddress(id, 'own')}>{name}</a> <span class="fact">{t(`role.${role}`)}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </Awaited>
  );
}
