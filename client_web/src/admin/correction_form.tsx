/** Correcting a person. When a colleague was faster, what changed is shown beside what was written, and nothing is lost. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { Dialog } from '../shell/dialog';
import { Problem, useAttempt } from '../shell/refused';
import type { Person } from '../wire/entry';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';

type Fields = Record<'name' | 'email' | 'phone' | 'birth_date' | 'language' | 'zone', string>;

interface Props {
  person: Person;
  onClose: () => void;
  onSaved: (fresh: Person) => void;
  /** A colleague was faster: what is there now. */
  onReread: (fresh: Person) => void;
}

const fieldsOf = (person: Person): Fields => ({
  name: person.name,
  email: person.email ?? '',
  phone: person.phone ?? '',
  birth_date: person.birth_date ?? '',
  language: person.language,
  zone: person.zone,
});

export function CorrectionForm({ person, onClose, onSaved, onReread }: Props): VNode {
  const fields = useSignal<Fields>(fieldsOf(person));
  const seen = useSignal<Person>(person);
  /** Fields that a colleague changed while this form was open, as they are now. */
  const theirs = useSignal<Partial<Fields>>({});
  const doubted = useSignal(false);
  const confirmed = useSignal(false);
  const id = useId();
  const { busy, problem, attempt } = useAttempt();

  const save = (): Promise<void> =>
    attempt(async () => {
      const filled = Object.fromEntries(Object.entries(fields.peek()).filter(([, value]) => value.trim() !== ''));
      try {
        const body = { name: '', ...filled, version: seen.peek().version, ...(confirmed.peek() ? { confirmed: true } : {}) };
        onSaved(await http<Person>('PUT', `accounts/${person.id}`, body));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.code === 'conflict' && error.field === 'name') doubted.value = true;
        if (error.code === 'conflict' && error.field === 'version') await compare();
        throw error;
      }
    });

  const compare = async (): Promise<void> => {
    const fresh = await http<Person>('GET', `accounts/${person.id}`);
    const [before, now] = [fieldsOf(seen.peek()), fieldsOf(fresh)];
    const changed = (Object.keys(now) as (keyof Fields)[]).filter((name) => now[name] !== before[name]);
    theirs.value = Object.fromEntries(changed.map((name) => [name, now[name]]));
    // What I did not touch follows the colleague; what we both changed is mine to look at.
    const mine = fields.peek();
    fields.value = Object.fromEntries((Object.keys(now) as (keyof Fields)[]).map((name) => [name, mine[name] === before[name] ? now[name] : mine[name]])) as Fields;
    seen.value = fresh;
    onReread(fresh);
  };

  const labels: Fields = {
    name: t('admin.name'),
    email: t('people.email_is'),
    phone: t('people.phone_is'),
    birth_date: t('admin.birth_date'),
    language: t('admin.language'),
    zone: t('people.zone'),
  };
  const types = { name: 'text', email: 'email', phone: 'tel', birth_date: 'date', zone: 'text' } as const;
  const change = (name: keyof Fields) => (event: { currentTarget: { value: string } }) => (fields.value = { ...fields.peek(), [name]: event.currentTarget.value });
  return (
    <Dialog title={t('person.edit')} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Problem sentence={problem.value} />
        {Object.entries(theirs.value).length > 0 && (
          <ul class="notice">
            {(Object.entries(theirs.value) as [keyof Fields, string][]).map(([name, value]) => (
              <li key={name}>
                {t(fields.value[name] === value ? 'person.theirs_only' : 'person.theirs', {
                  field: labels[name],
                  theirs: value || t('person.empty'),
                  mine: fields.value[name] || t('person.empty'),
                })}
              </li>
            ))}
          </ul>
        )}
        {(Object.keys(types) as (keyof typeof types)[]).map((name) => (
          <p class="field" key={name}>
            <label for={`${id}-${name}`}>{labels[name]}</label>
            <input id={`${id}-${name}`} {...({ type: types[name] } as object)} name={name} autocomplete="off" value={fields.value[name]} onInput={change(name)} />
          </p>
        ))}
        <p class="field">
          <label for={`${id}-language`}>{labels.language}</label>
          <select id={`${id}-language`} value={fields.value.language} onChange={change('language')}>
            <option value="fr">Français</option>
            <option value="en">English</option>
          </select>
        </p>
        {doubted.value && (
          <p class="field field-check">
            <label>
              <input type="checkbox" checked={confirmed.value} onChange={(event) => (confirmed.value = event.currentTarget.checked)} /> {t('admin.name_meant')}
            </label>
          </p>
        )}
        <div class="dialog-acts">
          <button type="submit" class="button" disabled={busy.value}>
            {t('admin.save')}
          </button>
          <button type="button" class="button button-plain" onClick={onClose}>
            {t('app.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
