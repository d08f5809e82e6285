/** Adding a person to the association. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { language } from '../locales/language';
import { t } from '../locales/text';
import { Choice, Field, FormDialog } from '../shell/fields';
import type { Account, Role } from '../wire/account';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';

const ROLES: readonly Role[] = ['mentee', 'mentor', 'guardian', 'supervisor', 'prescriber', 'admin'];
const PASSWORD_LENGTH = 10; // the server has the last word; this only warns before

export function PersonForm({ onClose, onSaved }: { onClose: () => void; onSaved: (sentence: string) => void }): VNode {
  const role = useSignal<string>('mentee');
  /** The server asks whether a name that may hurt is meant so. */
  const doubted = useSignal(false);
  const confirmed = useSignal(false);
  return (
    <FormDialog
      title={t('admin.add_person')}
      onClose={onClose}
      save={async (fields) => {
        try {
          const made = await http<Account>('POST', 'accounts', confirmed.peek() ? { ...fields, confirmed: true } : fields);
          onSaved(t('admin.added', { name: made.name, login: made.login }));
        } catch (error) {
          doubted.value = error instanceof Refusal && error.code === 'conflict' && error.field === 'name';
          confirmed.value = false;
          throw error;
        }
      }}
    >
      <Choice label={t('admin.role')} name="role" value={role.value} options={ROLES.map((name) => [name, t(`role.${name}`)])} onChange={(value) => (role.value = value)} />
      <Field label={t('admin.name')} name="name" />
      {doubted.value && (
        <p class="field field-check">
          <label>
            <input type="checkbox" checked={confirmed.value} onChange={(event) => (confirmed.value = event.currentTarget.checked)} /> {t('admin.name_meant')}
          </label>
        </p>
      )}
      <Field label={t('admin.birth_date')} name="birth_date" type="date" required={role.value === 'mentee'} />
      <Choice label={t('admin.language')} name="language" value={language.value} options={[['fr', 'Français'], ['en', 'English']]} />
      <Field label={t('people.email')} name="email" required={false} hint={t('people.email_hint')} />
      <Field label={t('people.phone')} name="phone" required={false} hint={t('people.email_hint')} />
      <Field label={t('admin.login')} name="login" required={false} hint={t('people.optional')} />
      <Field label={t('admin.password')} name="password" required={false} hint={t('admin.password_hint', { count: PASSWORD_LENGTH })} />
    </FormDialog>
  );
}
