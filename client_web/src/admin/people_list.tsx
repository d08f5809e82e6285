/** The people of the association, looked through by name, role and how far they have come. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { Face } from '../shell/mark';
import { personAddress } from '../shell/route';
import type { Account, Role } from '../wire/account';

const ROLES: readonly Role[] = ['mentee', 'mentor', 'guardian', 'supervisor', 'prescriber', 'admin'];
const STATES: readonly Account['state'][] = ['none', 'invited', 'not_delivered', 'in', 'closed'];

/** As people search: without caring for accents and capitals. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

export function PeopleList({ people }: { people: readonly Account[] }): VNode {
  const sought = useSignal('');
  const role = useSignal('');
  const state = useSignal('');
  const id = useId();
  const found = people.filter(
    (one) =>
      (!role.value || one.role === role.value) &&
      (!state.value || one.state === state.value) &&
      plain(`${one.name} ${one.login}`).includes(plain(sought.value.trim())),
  );
  const choice = (held: typeof role, label: string, name: string, options: readonly (readonly [string, string])[]): VNode => (
    <p class="field">
      <label for={`${id}-${name}`}>{label}</label>
      <select id={`${id}-${name}`} value={held.value} onChange={(event) => (held.value = event.currentTarget.value)}>
        <option value="">{t('people.all')}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </p>
  );
  return (
    <>
      <div class="people-filter" role="search">
        <p class="field">
          <label for={`${id}-name`}>{t('people.search')}</label>
          <input id={`${id}-name`} type="search" autocomplete="off" value={sought.value} onInput={(event) => (sought.value = event.currentTarget.value)} />
        </p>
        {choice(role, t('people.role'), 'role', ROLES.map((name) => [name, t(`role.${name}`)] as const))}
        {choice(state, t('people.state'), 'state', STATES.map((name) => [name, t(`people.state.${name}`)] as const))}
      </div>
      {found.length === 0 && <p class="empty">{t(people.length === 0 ? 'admin.nobody' : 'people.none_found')}</p>}
      <ul class="people">
        {found.map((account) => (
          <li key={account.id}>
            <Face name={account.name} role={account.role} />
            <span>
              <a href={personAddress(account.id)}>
                <strong>{account.name}</strong>
              </a>
              <span class="fact">
                {account.login}
                {account.state !== 'in' && ` · ${t(`people.state.${account.state}`)}`}
              </span>
            </span>
            <span class="tag">{t(account.disabled ? 'admin.disabled' : `role.${account.role}`)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
