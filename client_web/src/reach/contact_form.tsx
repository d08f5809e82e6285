/** Somebody outside who can be told: new, or corrected. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { Dialog } from '../shell/dialog';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import { newId } from '../wire/ids';
import type { Contact } from '../wire/reach';

const FIELDS = { name: 'text', works_for: 'text', phone: 'tel', email: 'email' } as const;
type Field = keyof typeof FIELDS;

interface Props {
  contact: Contact | null;
  onClose: () => void;
  onSaved: () => void;
}

export function ContactForm({ contact, onClose, onSaved }: Props): VNode {
  const made = useSignal(newId()); // of one that is new: a second try names the same one
  const fields = useSignal<Record<Field, string>>({
    name: contact?.name ?? '',
    works_for: contact?.works_for ?? '',
    phone: contact?.phone ?? '',
    email: contact?.email ?? '',
  });
  const language = useSignal<'fr' | 'en'>(contact?.language ?? 'fr');
  const { busy, problem, attempt } = useAttempt();
  const id = useId();
  const save = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      const { name, works_for, phone, email } = fields.peek();
      const body = { name, works_for, phone: phone.trim() || null, email: email.trim() || null, language: language.peek() };
      if (contact) await http('PUT', `reach/contacts/${contact.id}`, body);
      else await http('POST', 'reach/contacts', { id: made.peek(), ...body });
      onSaved();
    });
  };
  return (
    <Dialog title={t(contact ? 'reach.contact_change_title' : 'reach.contact_add_title')} onClose={onClose}>
      <form onSubmit={save}>
        {(Object.keys(FIELDS) as Field[]).map((field) => (
          <p key={field} class="field">
            <label for={`${id}-${field}`}>{t(`reach.contact_${field}`)}</label>
            <input
              id={`${id}-${field}`}
              {...({ type: FIELDS[field] } as object)}
              required={field === 'name'}
              autocomplete="off"
              value={fields.value[field]}
              onInput={(event) => (fields.value = { ...fields.peek(), [field]: event.currentTarget.value })}
            />
          </p>
        ))}
        <p class="field">
          <label for={`${id}-language`}>{t('reach.contact_language')}</label>
          <select id={`${id}-language`} value={language.value} onChange={(event) => (language.value = event.currentTarget.value as 'fr')}>
            <option value="fr">Français</option>
            <option value="en">English</option>
          </select>
        </p>
        <p class="hint">{t('reach.contact_hint')}</p>
        <Problem sentence={problem.value} />
        <div class="dialog-acts">
          <button type="submit" class="button" disabled={busy.value}>
            {t('reach.save')}
          </button>
          <button type="button" class="button button-plain" onClick={onClose}>
            {t('app.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
