/** The child-welfare (ASE) track of a young person: confidential, for who answers for them. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { Area, Choice, Field, FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { http } from '../wire/http';
import type { Welfare } from '../wire/pairs';
import { word, worded } from './words';

const STEPS = ['agreement', 'opinion', 'adhesion', 'convention', 'evaluation', 'ended'];
const WITH_OUTCOME = ['opinion', 'adhesion', 'evaluation'];

export function WelfarePage({ id }: { id: string }): VNode {
  const loaded = useLoaded<Welfare>(`mentees/${id}/welfare`);
  const adding = useSignal(false);
  const name = loaded.found.value?.mentee.name;
  return (
    <Page title={name ? t('welfare.of', { name }) : t('welfare.title')}>
      <p class="lead">{t('welfare.lead')}</p>
      <Awaited of={loaded}>
        {(file) => (
          <section class="card" aria-labelledby="track-title">
            <h2 id="track-title">{t('welfare.title')}</h2>
            {!file.open && <p>{t('welfare.closed')}</p>}
            {file.refused && <p class="problem">{t('welfare.refused')}</p>}
            {file.open && file.missing.length > 0 && <p>{t('welfare.missing', { list: file.missing.map((step) => word('step', step).toLowerCase()).join(', ') })}</p>}
            {file.due_on && <p>{t('welfare.due', { day: dayOf(file.due_on) })}</p>}
            <ul class="people">
              {file.entries.map((entry) => (
                <li key={entry.at}>
                  <span>
                    <strong>{word('step', entry.step)}</strong>
                    <span class="fact">
                      {dayOf(entry.on)}
                      {entry.outcome && ` · ${word('outcome', entry.outcome)}`}
                    </span>
                    {entry.note && <span class="fact">{entry.note}</span>}
                  </span>
                </li>
              ))}
            </ul>
            <button type="button" class="button" onClick={() => (adding.value = true)}>
              {t(file.open ? 'welfare.add' : 'welfare.open')}
            </button>
            {adding.value && (
              <StepForm
                file={file}
                onClose={() => (adding.value = false)}
                onSaved={(next) => {
                  loaded.keep(next);
                  adding.value = false;
                }}
              />
            )}
          </section>
        )}
      </Awaited>
    </Page>
  );
}

function StepForm({ file, onClose, onSaved }: { file: Welfare; onClose: () => void; onSaved: (next: Welfare) => void }): VNode {
  const steps = file.open ? STEPS : ['opened'];
  const step = useSignal(steps[0]!);
  return (
    <FormDialog title={t(file.open ? 'welfare.add' : 'welfare.open')} onClose={onClose} save={async (fields) => onSaved(await http<Welfare>('POST', `mentees/${file.mentee.id}/welfare`, fields))}>
      <Choice label={t('welfare.step')} name="step" value={step.value} options={worded('step', steps)} onChange={(chosen) => (step.value = chosen)} />
      <Field label={t('welfare.on')} name="on" type="date" />
      {WITH_OUTCOME.includes(step.value) && <Choice label={t('welfare.outcome')} name="outcome" options={worded('outcome', ['for', 'reserved', 'against'])} />}
      <Area label={t('pairs.note')} name="note" required={false} maxLength={2000} hint={t('welfare.note_hint')} />
    </FormDialog>
  );
}
