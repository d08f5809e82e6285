/** What an erasure would remove, shown before it is decided. */

import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { Dialog } from '../shell/dialog';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import type { DataRequest, Prospect } from '../wire/data';
import { http } from '../wire/http';

interface Props {
  request: DataRequest;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function ErasureDialog({ request, onClose, onDone }: Props): VNode {
  const prospect = useLoaded<Prospect>(`data/desk/${request.id}/erasure`);
  const { busy, problem, attempt } = useAttempt();
  const decide = (): Promise<void> =>
    attempt(async () => {
      await http('POST', `data/desk/${request.id}/erase`, { revision: request.revision });
      onClose();
      await onDone();
    });
  const may = prospect.found.value && !prospect.found.value.why_not;
  return (
    <Dialog title={t('desk.erase_title', { name: request.about.name })} onClose={onClose}>
      <Problem sentence={problem.value} />
      <Awaited of={prospect}>
        {(found) => (
          <>
            <Problem sentence={found.why_not} />
            <p>{t('desk.erase_lead')}</p>
            <ul>
              {counted({ ...found.removed, ...found.blanked }).map(([what, count]) => (
                <li key={what}>
                  {what} ({count})
                </li>
              ))}
            </ul>
            {found.pairs > 0 && <p>{t('desk.erase_pairs', { count: found.pairs })}</p>}
            {found.sealed_until && <p>{t('desk.erase_sealed', { day: dayOf(found.sealed_until) })}</p>}
            <p>{t('desk.erase_final')}</p>
          </>
        )}
      </Awaited>
      <div class="dialog-acts">
        <button type="button" class="button" disabled={busy.value || !may} onClick={() => void decide()}>
          {t('desk.erase_do')}
        </button>
        <button type="button" class="button button-plain" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </Dialog>
  );
}

/** Tables in plain words, those with the same word together. */
function counted(rows: Readonly<Record<string, number>>): (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const [table, count] of Object.entries(rows)) {
    const word = tOr(`desk.table.${table}`, 'desk.table.other');
    sums.set(word, (sums.get(word) ?? 0) + count);
  }
  return [...sums];
}
