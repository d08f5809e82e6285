/** For admins: who of the professionals cannot be reached, by what young people may be told, and people outside. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Dialog } from '../shell/dialog';
import { Icon } from '../shell/icons';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { personAddress } from '../shell/route';
import { http } from '../wire/http';
import { CHANNELS, type Contact, type Professional, type Young } from '../wire/reach';
import { ContactForm } from './contact_form';

export function ReachCards(): VNode {
  return (
    <div class="two-columns reach-columns">
      <div>
        <ProfessionalsCard />
        <YoungCard />
      </div>
      <ContactsCard />
    </div>
  );
}

function ProfessionalsCard(): VNode {
  const loaded = useLoaded<{ professionals: Professional[] }>('reach/professionals');
  return (
    <section class="card reach-card" aria-labelledby="reach-people-title">
      <h2 id="reach-people-title">{t('reach.people_title')}</h2>
      <p class="hint">{t('reach.people_lead')}</p>
      <Awaited of={loaded}>
        {({ professionals }) => (
          <ul class="people">
            {professionals.map(({ id, name, role, channels }) => (
              <li key={id}>
                <span>
                  <a href={personAddress(id)}>{name}</a>
                  <span class="fact">{t(`role.${role}` as 'role.admin')}</span>
                </span>
                {channels.length === 0 ? (
                  <strong class="reach-out">{t('reach.people_none')}</strong>
                ) : (
                  <span class="fact">{channels.map((channel) => t(`reach.${channel}_name`)).join(', ')}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Awaited>
    </section>
  );
}

function YoungCard(): VNode {
  const { found, problem, keep } = useLoaded<Young>('reach/young');
  const done = useSignal('');
  const { problem: refused, attempt } = useAttempt();
  const change = (next: Young): void => {
    const before = found.peek()!;
    keep(next);
    done.value = '';
    void attempt(async () => {
      try {
        await http('PUT', 'reach/young', next);
        done.value = t('reach.saved');
      } catch (error) {
        keep(before);
        throw error;
      }
    });
  };
  return (
    <section class="card reach-card" aria-labelledby="reach-young-title">
      <h2 id="reach-young-title">{t('reach.young_title')}</h2>
      <p class="hint">{t('reach.young_lead')}</p>
      <Problem sentence={problem.value || refused.value} />
      {CHANNELS.map((channel) => (
        <p key={channel} class="field field-check">
          <label>
            <input
              type="checkbox"
              checked={found.value?.[channel] ?? false}
              disabled={found.value === null}
              onChange={(event) => change({ ...found.peek()!, [channel]: event.currentTarget.checked })}
            />{' '}
            {t(`reach.${channel}_name`)}
          </label>
        </p>
      ))}
      <p class="done" role="status">
        {done.value}
      </p>
    </section>
  );
}

function ContactsCard(): VNode {
  const loaded = useLoaded<{ contacts: Contact[] }>('reach/contacts');
  const open = useSignal<Contact | 'new' | null>(null);
  const leaving = useSignal<Contact | null>(null);
  const close = (): void => void (open.value = null);
  const saved = (): void => {
    close();
    void loaded.load();
  };
  return (
    <section class="card reach-card" aria-labelledby="reach-contacts-title">
      <div class="section-head">
        <h2 id="reach-contacts-title">{t('reach.contacts')}</h2>
        <button type="button" class="button button-soft" onClick={() => (open.value = 'new')}>
          <Icon name="plus" />
          {t('reach.contact_add')}
        </button>
      </div>
      <p class="hint">{t('reach.contacts_lead')}</p>
      <Awaited of={loaded}>
        {({ contacts }) =>
          contacts.length === 0 ? (
            <p class="empty">{t('reach.contacts_none')}</p>
          ) : (
            <ul class="people">
              {contacts.map((contact) => (
                <li key={contact.id}>
                  <span>
                    <strong>{contact.name}</strong>
                    <span class="fact">{[contact.works_for, contact.phone, contact.email].filter(Boolean).join(' · ')}</span>
                  </span>
                  <div class="reach-acts">
                    <button type="button" class="quiet-button" aria-label={t('reach.contact_change_one', { name: contact.name })} onClick={() => (open.value = contact)}>
                      {t('reach.contact_change')}
                    </button>
                    <button type="button" class="quiet-button" aria-label={t('reach.contact_remove_one', { name: contact.name })} onClick={() => (leaving.value = contact)}>
                      {t('reach.contact_remove')}
                    </button>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Awaited>
      {open.value && <ContactForm contact={open.value === 'new' ? null : open.value} onClose={close} onSaved={saved} />}
      {leaving.value && <Removal contact={leaving.value} onClose={() => (leaving.value = null)} onRemoved={() => void loaded.load()} />}
    </section>
  );
}

function Removal({ contact, onClose, onRemoved }: { contact: Contact; onClose: () => void; onRemoved: () => void }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const remove = (): void =>
    void attempt(async () => {
      await http('DELETE', `reach/contacts/${contact.id}`);
      onClose();
      onRemoved();
    });
  return (
    <Dialog title={t('reach.contact_remove_title')} onClose={onClose}>
      <p>{t('reach.contact_remove_sure', { name: contact.name })}</p>
      <Problem sentence={problem.value} />
      <div class="dialog-acts">
        <button type="button" class="button" disabled={busy.value} onClick={remove}>
          {t('reach.contact_remove')}
        </button>
        <button type="button" class="button button-plain" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </Dialog>
  );
}
