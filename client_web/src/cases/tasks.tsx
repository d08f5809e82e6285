/** What is to be done about a case, by whom and by when; and what was done. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { Area, Choice, Field, FormDialog } from '../shell/fields';
import { Problem, useAttempt } from '../shell/refused';
import type { CaseFile, CaseTask } from '../wire/case';
import { newId } from '../wire/ids';
import { actOn } from './act';
import { whenIn } from './words';

interface Props {
  file: CaseFile;
  onDone: () => Promise<void>;
}

export function Tasks({ file, onDone }: Props): VNode {
  const adding = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const { case: one, tasks } = file;
  const end = (task: CaseTask): Promise<void> =>
    attempt(async () => {
      await actOn(one.id, `tasks/${task.id}/done`);
      await onDone();
    });
  return (
    <section class="card" aria-labelledby="case-tasks">
      <h2 id="case-tasks">{t('case.tasks')}</h2>
      {tasks.length === 0 && <p class="hint">{t('case.tasks_none')}</p>}
      <Problem sentence={problem.value} />
      <ul class="people">
        {tasks.map((task) => (
          <li key={task.id}>
            <span>
              <strong class={task.done_at ? 'case-done' : ''}>{task.words}</strong>
              <span class="fact">{about(task)}</span>
            </span>
            {!task.done_at && (
              <button type="button" class="button button-soft" disabled={busy.value} aria-label={`${t('case.task_done')} : ${task.words}`} onClick={() => void end(task)}>
                {t('case.task_done')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class="flag-acts">
        <button type="button" class="quiet-button" onClick={() => (adding.value = true)}>
          {t('case.task_title')}
        </button>
      </p>
      {adding.value && <NewTask file={file} onClose={() => (adding.value = false)} onDone={onDone} />}
    </section>
  );
}

function about(task: CaseTask): string {
  if (task.done_at) return t('case.task_done_by', { name: task.done_by ?? t('case.somebody'), when: whenIn(task.done_at) });
  return [task.owner && t('case.task_for', { name: task.owner.name }), task.due_on && t('case.task_by_day', { day: dayOf(task.due_on) })].filter(Boolean).join(' · ');
}

function NewTask({ file, onClose, onDone }: Props & { onClose: () => void }): VNode {
  const id = useRef(newId()); // the same, however often it is sent
  const save = async ({ owner, ...fields }: Record<string, string>): Promise<void> => {
    await actOn(file.case.id, 'tasks', { id: id.current, ...fields, ...(owner && owner !== 'anyone' ? { owner } : {}) });
    onClose();
    await onDone();
  };
  return (
    <FormDialog title={t('case.task_title')} act={t('case.task_add')} onClose={onClose} save={save}>
      <Area label={t('case.task_words')} name="words" maxLength={500} />
      <Choice label={t('case.task_owner')} name="owner" value="anyone" options={[['anyone', t('case.task_anyone')], ...file.can_own.map(({ id: who, name }) => [who, name] as const)]} />
      <Field label={t('case.task_due')} name="due_on" type="date" required={false} />
    </FormDialog>
  );
}
