/** Asking for something about one's data, in one small form. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import { Problem, useAttempt } from '../shell/refused';
import type { RequestKind } from '../wire/data';
import { http } from '../wire/http';
import { newId } from '../wire/ids';

const KINDS: readonly RequestKind[] = ['access', 'correction', 'erasure', 'objection', 'restriction'];
const MOST_WORDS = 2000; // as the server has it

interface Props {
  /** For whom one may ask, beside oneself. */
  people: readonly { id: string; name: string }[];
  onMade: () => Promise<void>;
}

export function NewRequest({ people, onMade }: Props): VNode {
  const kind = useSignal<RequestKind>('access');
  const person = useSignal('');
  const words = useSignal('');
  const id = useSignal(newId()); // the same until it went through
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const send = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      const body = { id: id.peek(), kind: kind.peek(), ...(person.peek() && { person: person.peek() }), ...(words.peek().trim() && { words: words.peek().trim() }) };
      await http('POST', 'data/requests', body);
      id.value = newId();
      words.value = '';
      announce(t('mydata.sent'));
      await onMade();
    });
  };
  return (
    <form class="card" onSubmit={send}>
      <h3>{t('mydata.ask')}</h3>
      <Problem sentence={problem.value} />
      {people.length > 0 && (
        <p class="field">
          <label for={`${field}-person`}>{t('mydata.for')}</label>
          <select id={`${field}-person`} value={person.value} onChange={(event) => (person.value = event.currentTarget.value)}>
            <option value="">{t('mydata.for_me')}</option>
            {people.map((child) => (
              <option key={child.id} value={child.id}>
                {child.name}
              </option>
            ))}
          </select>
        </p>
      )}
      <p class="field">
        <label for={`${field}-kind`}>{t('mydata.what')}</label>
        <select id={`${field}-kind`} value={kind.value} onChange={(event) => (kind.value = event.currentTarget.value as RequestKind)} aria-describedby={`${field}-hint`}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`mydata.kind.${one}`)}
            </option>
          ))}
        </select>
        <span class="hint" id={`${field}-hint`}>
          {t(`mydata.hint.${kind.value}`)}
        </span>
      </p>
      <p class="field">
        <label for={`${field}-words`}>{t('mydata.words')}</label>
        <textarea id={`${field}-words`} rows={3} maxLength={MOST_WORDS} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
      </p>
      <button type="submit" class="button" disabled={busy.value}>
        {t('mydata.send')}
      </button>
    </form>
  );
}
