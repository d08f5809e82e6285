/** Where an information préoccupante goes: the departments of France, and the contact of the CRIP of each. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dateOf } from '../locales/moments';
import { t } from '../locales/text';
import { me } from '../session/session';
import { FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { Department } from '../wire/relay';
import { Line, Text } from './bound';

export function DepartmentsPage(): VNode {
  const loaded = useLoaded<{ departments: readonly Department[] }>('departments');
  const sought = useSignal('');
  const editing = useSignal<Department | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const admin = me.value?.account.role === 'admin';
  const fits = ({ code, name }: Department): boolean => plain(`${code} ${name}`).includes(plain(sought.value.trim()));
  const remove = (code: string): Promise<void> =>
    attempt(async () => {
      await http('DELETE', `departments/${code}`);
      await loaded.load();
    });
  return (
    <Page title={t('relay.departments')} kind="relay">
      <p class="lead">{t('relay.departments_why')}</p>
      <Line label={t('relay.seek')} name="seek" value={sought.value} onChange={(value) => (sought.value = value)} />
      <Problem sentence={problem.value} />
      <Awaited of={loaded}>
        {({ departments }) => (
          <ul class="relay-departments">
            {departments.filter(fits).map((one) => (
              <li key={one.code}>
                <h2>
                  {one.code} – {one.name}
                </h2>
                {one.contact ? (
                  <>
                    <p class="relay-verbatim">{[one.contact.name, one.contact.address, one.contact.phone, one.contact.email].filter(Boolean).join('\n')}</p>
                    <p class="fact">{t('relay.checked', { day: dateOf(one.contact.checked_on), source: one.contact.source })}</p>
                  </>
                ) : (
                  <p class="empty">{t('relay.not_noted')}</p>
                )}
                {admin && (
                  <p>
                    <button type="button" class="button button-soft" aria-label={`${t('relay.note_contact')} ${one.code} ${one.name}`} onClick={() => (editing.value = one)}>
                      {t('relay.note_contact')}
                    </button>
                    {one.contact && (
                      <button type="button" class="button button-plain" disabled={busy.value} aria-label={`${t('relay.remove')} ${one.code} ${one.name}`} onClick={() => void remove(one.code)}>
                        {t('relay.remove')}
                      </button>
                    )}
                  </p>
                )}
              </li>
            ))}
          </ul>
        )}
      </Awaited>
      {editing.value && (
        <ContactForm
          department={editing.value}
          onClose={() => (editing.value = null)}
          onSaved={async () => {
            editing.value = null;
            await loaded.load();
          }}
        />
      )}
    </Page>
  );
}

const FIELDS = ['name', 'address', 'phone', 'email', 'source', 'checked_on'] as const;

function ContactForm({ department, onClose, onSaved }: { department: Department; onClose: () => void; onSaved: () => Promise<void> }): VNode {
  const draft = useSignal<Readonly<Record<string, string>>>({ ...department.contact });
  const save = async (): Promise<void> => {
    await http('PUT', `departments/${department.code}`, Object.fromEntries(FIELDS.map((name) => [name, draft.peek()[name] ?? ''])));
    await onSaved();
  };
  const bound = (name: (typeof FIELDS)[number]): object => ({
    label: t(`relay.contact.${name}`),
    name,
    value: draft.value[name] ?? '',
    onChange: (value: string) => (draft.value = { ...draft.peek(), [name]: value }),
  });
  return (
    <FormDialog title={`${department.code} – ${department.name}`} onClose={onClose} save={save}>
      <p>{t('relay.contact_why')}</p>
      {FIELDS.map((name) => {
        const props = bound(name) as Parameters<typeof Line>[0];
        return name === 'address' ? <Text key={name} {...props} rows={3} /> : <Line key={name} {...props} type={name === 'checked_on' ? 'date' : 'text'} />;
      })}
    </FormDialog>
  );
}

/** Without accents and capitals: how people type what they look for. */
const plain = (text: string): string => text.normalize('NFD').replace(/[\u0300-\u036f’'\s-]/g, '').toLowerCase();
