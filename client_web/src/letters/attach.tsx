/** Attaching a letter to a case about who wrote it: for a professional who reads it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { dateOf } from '../locales/moments';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import { Dialog } from '../shell/dialog';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { CASES } from '../shell/route';
import type { Case, CaseList } from '../wire/case';
import { http } from '../wire/http';
import type { Letter, LetterPerson } from '../wire/letters';

export function Attach({ letter, person }: { letter: Letter; person: LetterPerson }): VNode {
  const open = useSignal(false);
  return (
    <>
      <button type="button" class="quiet-button" onClick={() => (open.value = true)}>
        {t('letters.attach')}
      </button>
      {open.value && <Choosing letter={letter} person={person} onClose={() => (open.value = false)} />}
    </>
  );
}

/** The server has the last word on which case may have it. */
const isAbout = (one: Case, person: string): boolean => one.sight === 'whole' && (one.about?.id === person || one.by?.id === person);

function Choosing({ letter, person, onClose }: { letter: Letter; person: LetterPerson; onClose: () => void }): VNode {
  const loaded = useLoaded<CaseList>('cases');
  const chosen = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const save = (event: Event, first: string): void => {
    event.preventDefault();
    void attempt(async () => {
      await http<Case>('POST', `cases/${chosen.peek() || first}/letters`, { letter: letter.id });
      announce(t('letters.attached'));
      onClose();
    });
  };
  return (
    <Dialog title={t('letters.attach')} onClose={onClose}>
      <p>{t('letters.attach_why')}</p>
      <Awaited of={loaded}>
        {({ cases }) => {
          const those = cases.filter((one) => isAbout(one, person.id));
          if (!those[0]) {
            return (
              <p>
                {t('letters.attach_none', { name: person.name })} <a href={CASES}>{t('letters.attach_cases')}</a>
              </p>
            );
          }
          const first = those[0].id;
          return (
            <form onSubmit={(event) => save(event, first)}>
              <p class="field">
                <label for={field}>{t('letters.attach_to')}</label>
                <select id={field} onChange={(event) => (chosen.value = event.currentTarget.value)}>
                  {those.map((one) => (
                    <option key={one.id} value={one.id}>
                      {t('letters.attach_case', { reference: one.reference, day: dateOf(one.opened_at) })}
                    </option>
                  ))}
                </select>
              </p>
              <Problem sentence={problem.value} />
              <div class="dialog-acts">
                <button type="submit" class="button" disabled={busy.value}>
                  {t('letters.attach_act')}
                </button>
                <button type="button" class="button button-plain" onClick={onClose}>
                  {t('app.cancel')}
                </button>
              </div>
            </form>
          );
        }}
      </Awaited>
    </Dialog>
  );
}
