/** Making a pair: a mentor, a young person, and the professional who answers for them. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import type { Account, Pair, Role } from '../wire/account';
import { http } from '../wire/http';
import { Choice, FormDialog } from './fields';

interface Props {
  people: readonly Account[];
  onClose: () => void;
  onSaved: (sentence: string) => void;
}

export function PairForm({ people, onClose, onSaved }: Props): VNode {
  const of = (role: Role): [string, string][] =>
    people.filter((person) => person.role === role && !person.disabled).map((person) => [person.id, `${person.name} (${person.login})`]);
  return (
    <FormDialog
      title={t('admin.make_pair')}
      onClose={onClose}
      save={async (fields) => {
        const made = await http<Pair>('POST', 'pairs', fields);
        onSaved(t('admin.paired', { mentor: made.mentor.name, mentee: made.mentee.name }));
      }}
    >
      <Choice label={t('admin.mentor')} name="mentor" options={of('mentor')} />
      <Choice label={t('admin.mentee')} name="mentee" options={of('mentee')} />
      <Choice label={t('admin.supervisor')} name="supervisor" options={of('supervisor')} />
    </FormDialog>
  );
}
