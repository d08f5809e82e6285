/** Lines of the lexicon that are the association's own, each with what it must find and what it must let pass. */

import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t, tOr } from '../locales/text';
import { Icon } from '../shell/icons';
import type { OwnEntry } from '../wire/rules';
import { at, Said, within, type Problem } from './problem';
import { CATEGORIES } from './table';

interface Props {
  entries: readonly OwnEntry[];
  problem: Problem | null;
  onChange: (entries: OwnEntry[]) => void;
}

export function Entries({ entries, problem, onChange }: Props): VNode {
  const change = (index: number, entry: OwnEntry): void => onChange(entries.map((other, i) => (i === index ? entry : other)));
  return (
    <section class="card" aria-labelledby="entries-title">
      <h2 id="entries-title">{t('rules.entries')}</h2>
      <p class="hint">{t('rules.entries_why')}</p>
      <details class="pattern-help">
        <summary>{t('rules.patterns')}</summary>
        <ul>
          <li>{t('rules.pattern_words')}</li>
          <li>
            <code>(a|b c)</code> {t('rules.pattern_choice')}
          </li>
          <li>
            <code>(a)?</code> {t('rules.pattern_maybe')}
          </li>
          <li>
            <code>~</code> {t('rules.pattern_gap')}
          </li>
          <li>
            <code>idiot+</code> {t('rules.pattern_ends')}
          </li>
        </ul>
      </details>
      {entries.map((entry, index) => (
        <Entry
          key={index}
          name={`entries[${index}]`}
          entry={entry}
          problem={problem}
          onChange={(next) => change(index, next)}
          onRemove={() => onChange(entries.filter((_, i) => i !== index))}
        />
      ))}
      <button
        type="button"
        class="quiet-button add"
        onClick={() => onChange([...entries, { category: 'watched', id: `ligne_${entries.length + 1}`, match: '', examples: [''], counter: [''] }])}
      >
        <Icon name="plus" />
        {t('rules.add')}
      </button>
    </section>
  );
}

interface EntryProps {
  name: string;
  entry: OwnEntry;
  problem: Problem | null;
  onChange: (entry: OwnEntry) => void;
  onRemove: () => void;
}

function Entry({ name, entry, problem, onChange, onRemove }: EntryProps): VNode {
  const id = useId();
  const kept = [...(entry.needs ?? []), ...(entry.unless ?? []), ...Object.keys(entry.soften ?? {})];
  const field = (member: 'id' | 'match' | 'note', label: string, hint?: string): VNode => {
    const wrong = at(problem, `${name}.${member}`);
    return (
      <p class="field">
        <label for={`${id}-${member}`}>{label}</label>
        <input
          id={`${id}-${member}`}
          value={entry[member] ?? ''}
          autocomplete="off"
          data-field={`${name}.${member}`}
          aria-invalid={wrong ? 'true' : undefined}
          aria-describedby={`${id}-${member}-more`}
          onInput={(event) => onChange({ ...entry, [member]: event.currentTarget.value })}
        />
        {hint && !wrong && (
          <span class="hint" id={`${id}-${member}-more`}>
            {hint}
          </span>
        )}
        <Said id={`${id}-${member}-more`} sentence={wrong} />
      </p>
    );
  };
  const sentences = (member: 'examples' | 'counter', label: string): VNode => {
    const wrong = problem && within(problem, `${name}.${member}`) ? problem.sentence : '';
    return (
      <p class="field">
        <label for={`${id}-${member}`}>{label}</label>
        <textarea
          id={`${id}-${member}`}
          rows={2}
          value={(entry[member] ?? []).join('\n')}
          data-field={`${name}.${member}`}
          aria-invalid={wrong ? 'true' : undefined}
          aria-describedby={`${id}-${member}-more`}
          onInput={(event) => onChange({ ...entry, [member]: event.currentTarget.value.split('\n') })}
        />
        <Said id={`${id}-${member}-more`} sentence={wrong} />
      </p>
    );
  };
  return (
    <fieldset class="entry">
      <legend>{entry.match || t('rules.new_entry')}</legend>
      {field('match', t('rules.match'))}
      <div class="side-by-side">
        {sentences('examples', t('rules.examples'))}
        {sentences('counter', t('rules.counter'))}
      </div>
      <div class="side-by-side">
        <p class="field">
          <label for={`${id}-category`}>{t('rules.category')}</label>
          <select
            id={`${id}-category`}
            value={entry.category}
            data-field={`${name}.category`}
            onChange={(event) => onChange({ ...entry, category: event.currentTarget.value })}
          >
            {CATEGORIES.filter((category) => category !== 'voice').map((category) => (
              <option key={category} value={category}>
                {tOr(`category.${category}`, 'category.other')}
              </option>
            ))}
          </select>
        </p>
        {field('id', t('rules.id'), t('rules.id_hint'))}
      </div>
      {field('note', t('rules.note'))}
      {kept.length > 0 && <p class="hint">{t('rules.clauses', { clauses: kept.join(', ') })}</p>}
      <button type="button" class="quiet-button" onClick={onRemove}>
        <Icon name="close" />
        {t('rules.remove', { what: entry.match || t('rules.new_entry') })}
      </button>
    </fieldset>
  );
}
