/** Whether one person is suspended, for who answers for them: a reason to suspend now, or to lift it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { reasonsOf } from '../pairs/reasons';
import { word, worded } from '../pairs/words';
import { Choice, FormDialog } from '../shell/fields';
import { Problem, useAttempt } from '../shell/refused';
import type { Suspension } from '../wire/caseload';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';

interface Props {
  id: string;
  role: 'mentor' | 'mentee';
}

export function SuspensionCard({ id, role }: Props): VNode | null {
  const stands = useSignal<Suspension | null>(null);
  const asked = useSignal(false);
  const done = useSignal('');
  const { problem, attempt } = useAttempt();
  const load = (): Promise<void> =>
    attempt(async () => {
      try {
        stands.value = await http<Suspension>('GET', `people/${id}/suspension`);
      } catch (error) {
        // Not one of this professional's pairs: nothing to suspend here.
        if (!(error instanceof Refusal && error.code === 'not_found')) throw error;
      }
    });
  useEffect(() => void load(), [id]);
  const found = stands.value;
  if (!found) return <Problem sentence={problem.value} again={load} />;
  const { name } = found.person;
  const act = found.since ? 'lift' : 'suspend';
  return (
    <section class="card" aria-labelledby="suspension-title">
      <h2 id="suspension-title">{t('suspension.title')}</h2>
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem.value} again={load} />
      {found.since ? (
        <p>
          <strong>{t('suspension.stands', { day: dayAndHour(new Date(found.since)), by: found.by ?? '', why: word('why', found.why ?? '') })}</strong>
        </p>
      ) : (
        <p>{t(`suspension.lead_${role}`, { name })}</p>
      )}
      <p class="dialog-acts">
        <button type="button" class="button button-soft" onClick={() => (asked.value = true)}>
          {t(`suspension.${act}`)}
        </button>
      </p>
      {asked.value && (
        <FormDialog
          title={t(`suspension.${act}_of`, { name })}
          act={t(`suspension.${act}`)}
          onClose={() => (asked.value = false)}
          save={async (fields) => {
            await http('POST', `people/${id}/${act === 'lift' ? 'restore' : 'suspend'}`, fields);
            asked.value = false;
            await load();
            done.value = t(`suspension.${act}_done`);
          }}
        >
          <Choice label={t('pairs.why')} name="why" options={worded('why', reasonsOf(act))} />
          <p class="hint">{t('suspension.why_hint')}</p>
        </FormDialog>
      )}
    </section>
  );
}
