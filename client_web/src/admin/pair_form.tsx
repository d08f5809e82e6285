/** Making a pair: a mentor, a young person, and the professional who answers for them. */

import type { VNode } from 'preact';
import { t, tOr } from '../locales/text';
import { Choice, Field, FormDialog } from '../shell/fields';
import type { Account, Pair, Role } from '../wire/account';
import { http } from '../wire/http';

interface Props {
  people: readonly Account[];
  onClose: () => void;
  onSaved: (sentence: string) => void;
}

export function PairForm({ people, onClose, onSaved }: Props): VNode {
  const of = (role: Role): [string, string][] =>
    people.filter((person) => person.role === role && !person.disabled).map((person) => [person.id, `${person.name} (${person.login})`]);
  const said = (what: string, words: string[]): [string, string][] => words.map((word) => [word, tOr(`admin.${what}.${word}`, 'admin.choose')]);
  return (
    <FormDialog
      title={t('admin.make_pair')}
      act={t('admin.make_pair')}
      onClose={onClose}
      save={async (fields) => {
        const made = await http<Pair>('POST', 'pairs', fields);
        onSaved(t('admin.paired', { mentor: made.mentor.name, mentee: made.mentee.name }));
      }}
    >
      <Choice label={t('admin.mentor')} name="mentor" options={of('mentor')} />
      <Choice label={t('admin.mentee')} name="mentee" options={of('mentee')} />
      <Choice label={t('admin.supervisor')} name="supervisor" options={of('supervisor')} />
      <Field label={t('admin.about_mentor')} name="about_mentor" required={false} hint={t('admin.about_mentor_hint')} />
      <Field label={t('admin.availability')} name="availability" required={false} />
      <Choice label={t('admin.network')} name="network" value="unknown" options={said('network', ['good', 'weak', 'unknown'])} />
      <Choice label={t('admin.equipment')} name="equipment" value="unknown" options={said('equipment', ['phone', 'computer', 'both', 'shared', 'none', 'unknown'])} />
    </FormDialog>
  );
}
