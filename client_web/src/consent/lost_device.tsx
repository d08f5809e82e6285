/** A telephone is lost: the professional who answers then gives another code, and cuts off what was lost. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { Sheet } from '../admin/sheet';
import { t } from '../locales/text';
import { Problem, useAttempt } from '../shell/refused';
import { Sure } from '../shell/sure';
import type { Named } from '../wire/account';
import type { ConsentPage } from '../wire/consent';
import type { Issued } from '../wire/entry';
import { http } from '../wire/http';

export function LostDevice({ page }: { page: ConsentPage }): VNode {
  const sheet = useSignal<{ issued: Issued; young: boolean } | null>(null);
  const cutting = useSignal<Named | null>(null);
  const done = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const people = [page.mentee, ...page.guardians.filter((link) => !link.until).map((link) => link.guardian)];
  const give = ({ id }: Named): Promise<void> =>
    attempt(async () => {
      done.value = '';
      const issued = await http<Issued>('POST', `accounts/${id}/invitation`, {});
      sheet.value = { issued, young: id === page.mentee.id };
    });
  const cut = ({ id, name }: Named): Promise<void> =>
    attempt(async () => {
      cutting.value = null;
      done.value = '';
      await http('DELETE', `accounts/${id}/devices`);
      done.value = t('young.cut_done', { name });
    });
  return (
    <section class="card" aria-labelledby="lost">
      <h2 id="lost">{t('young.lost')}</h2>
      <p>{t('young.lost_why')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem.value} />
      <ul class="people">
        {people.map((person) => (
          <li key={person.id}>
            <strong>{person.name}</strong>
            <div class="way-acts">
              <button type="button" class="button button-soft" aria-label={t('young.code_for', { name: person.name })} disabled={busy.value} onClick={() => void give(person)}>
                {t('young.code')}
              </button>
              <button type="button" class="button button-plain" aria-label={t('young.cut_of', { name: person.name })} disabled={busy.value} onClick={() => (cutting.value = person)}>
                {t('young.cut')}
              </button>
            </div>
          </li>
        ))}
      </ul>
      {cutting.value && (
        <Sure
          act={t('young.cut_of', { name: cutting.value.name })}
          why={t('person.cut_why')}
          onClose={() => (cutting.value = null)}
          onSure={() => void (cutting.value && cut(cutting.value))}
        />
      )}
      {sheet.value && <Sheet {...sheet.value} onClose={() => (sheet.value = null)} />}
    </section>
  );
}
