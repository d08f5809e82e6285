/** Who is in a case, by name and role, and as what; and to say who else is, or that somebody is not after all. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { Choice, FormDialog } from '../shell/fields';
import { Problem, refusedBecause } from '../shell/refused';
import type { CaseFile, CaseParty, CasePart, CasePerson } from '../wire/case';
import { http } from '../wire/http';
import type { Acquaintance } from '../wire/reports';
import { actOn } from './act';
import { partsFor } from './rules';
import { TakeBack, type Done } from './take_back';

interface Props {
  file: CaseFile;
  onDone: Done;
}

export function PeopleCard({ file, onDone }: Props): VNode {
  const adding = useSignal(false);
  const leaving = useSignal<{ party: CaseParty; part: CasePart } | null>(null);
  const { case: one, people } = file;
  const gone = leaving.value;
  return (
    <section class="card" aria-labelledby="case-people">
      <h2 id="case-people">{t('case.people')}</h2>
      {people.length === 0 && <p class="hint">{t('case.people_none')}</p>}
      <ul class="people">
        {people.map((party) => (
          <li key={party.person.id}>
            <span>
              <strong>{party.person.name || t('case.somebody')}</strong>
              <span class="fact">{[t(`role.${party.person.role}`), ...party.parts.map((part) => t(`case.part.${part}`))].join(' · ')}</span>
            </span>
            {party.added.map((part) => (
              <button
                key={part}
                type="button"
                class="quiet-button"
                aria-label={t('case.person_remove_one', { name: party.person.name, part: t(`case.part.${part}`) })}
                onClick={() => (leaving.value = { party, part })}
              >
                {t('case.remove')}
              </button>
            ))}
          </li>
        ))}
      </ul>
      <p class="flag-acts">
        <button type="button" class="quiet-button" onClick={() => (adding.value = true)}>
          {t('case.person_add')}
        </button>
      </p>
      {adding.value && <NewPerson file={file} onClose={() => (adding.value = false)} onDone={onDone} />}
      {gone && (
        <TakeBack
          title={t('case.person_remove')}
          said={t('case.person_remove_sure', { name: gone.party.person.name, part: t(`case.part.${gone.part}`) })}
          onClose={() => (leaving.value = null)}
          save={(note) => actOn(one.id, 'people/remove', { person: gone.party.person.id, part: gone.part, note })}
          onDone={onDone}
        />
      )}
    </section>
  );
}

function NewPerson({ file, onClose, onDone }: Props & { onClose: () => void }): VNode {
  const people = useSignal<readonly CasePerson[]>([]); // all at once: a list that grows while one chooses loses the choice
  const chosen = useSignal('');
  const problem = useSignal('');
  const load = async (): Promise<void> => {
    problem.value = '';
    try {
      const known = (await http<{ people: Acquaintance[] }>('GET', 'reports/people')).people;
      people.value = [...file.around, ...known.filter(({ id }) => !file.around.some((one) => one.id === id))];
    } catch (error) {
      problem.value = refusedBecause(error);
      people.value = file.around;
    }
  };
  useEffect(() => void load(), []);
  const role = people.value.find(({ id }) => id === chosen.value)?.role;
  const save = async (fields: Record<string, string>): Promise<void> => {
    await http('POST', `cases/${file.case.id}/people`, fields);
    onClose();
    await onDone();
  };
  return (
    <FormDialog title={t('case.person_add')} act={t('case.task_add')} onClose={onClose} save={save}>
      <Problem sentence={problem.value} again={() => void load()} />
      <Choice
        key={people.value.length}
        label={t('case.person_who')}
        name="person"
        options={people.value.map(({ id, name, role: as }) => [id, `${name} (${t(`role.${as}`)})`] as const)}
        onChange={(person) => (chosen.value = person)}
      />
      <Choice key={role ?? ''} label={t('case.person_part')} name="part" options={partsFor(role).map((part) => [part, t(`case.part_is.${part}`)] as const)} />
      <p class="hint">{t('case.person_why')}</p>
    </FormDialog>
  );
}
