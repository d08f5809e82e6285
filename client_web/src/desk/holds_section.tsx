/** Legal holds: what may not go for now, and placing one. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { namesOfPair } from '../pairs/names';
import { Area, Choice, Field, FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import type { Account, Pair } from '../wire/account';
import type { LegalHold } from '../wire/data';
import { http } from '../wire/http';

export function HoldsSection(): VNode {
  const loaded = useLoaded<{ holds: LegalHold[] }>('data/holds');
  const placing = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const end = (hold: LegalHold): Promise<void> =>
    attempt(async () => {
      await http('POST', `data/holds/${hold.id}/end`);
      await loaded.load();
    });
  return (
    <section aria-labelledby="holds-title">
      <h2 id="holds-title">{t('desk.holds')}</h2>
      <p>{t('desk.holds_why')}</p>
      <Problem sentence={problem.value} />
      <Awaited of={loaded}>
        {({ holds }) => (
          <>
            {holds.length === 0 && <p class="empty">{t('desk.no_hold')}</p>}
            <ul class="requests">
              {holds.map((hold) => (
                <li key={hold.id} class="card">
                  <p>
                    <strong>{hold.people.join(' · ')}</strong>
                  </p>
                  <p>{hold.reason}</p>
                  <p>{hold.ended_at ? t('desk.hold_ended', { day: dayOf(hold.ended_at) }) : t('desk.hold_until', { name: hold.by, day: dayOf(hold.until) })}</p>
                  {!hold.ended_at && !hold.told_at && hold.untold_until && <p>{t('desk.hold_untold', { day: dayOf(hold.untold_until) })}</p>}
                  {!hold.ended_at && (
                    <button type="button" class="button button-plain" disabled={busy.value} onClick={() => void end(hold)}>
                      {t('desk.hold_end')}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Awaited>
      <button type="button" class="button button-soft" onClick={() => (placing.value = true)}>
        {t('desk.hold_new')}
      </button>
      {placing.value && (
        <NewHold
          onClose={() => (placing.value = false)}
          onPlaced={() => {
            placing.value = false;
            void loaded.load();
          }}
        />
      )}
    </section>
  );
}

type People = { accounts: Account[] };
type Pairs = { pairs: Pair[] };

function NewHold({ onClose, onPlaced }: { onClose: () => void; onPlaced: () => void }): VNode {
  const people = useLoaded<People>('accounts');
  const pairs = useLoaded<Pairs>('pairs');
  const later = useSignal(false);
  const about = [
    ...(pairs.found.value?.pairs ?? []).map((pair) => [`pair ${pair.id}`, namesOfPair(pair)] as const),
    ...(people.found.value?.accounts ?? []).map((one) => [`person ${one.id}`, `${one.name} (${one.login})`] as const),
  ];
  const place = async (fields: Record<string, string>): Promise<void> => {
    const [kind, id] = fields['about']!.split(' ') as [string, string];
    const end = (name: string): string => new Date(`${fields[name]}T23:59:00`).toISOString();
    await http('POST', 'data/holds', {
      [kind]: id,
      reason: fields['reason'],
      until: end('until'),
      ...(later.peek() && { untold_until: end('untold_until'), untold_why: fields['untold_why'] }),
    });
    onPlaced();
  };
  return (
    <FormDialog title={t('desk.hold_new')} act={t('desk.hold_place')} onClose={onClose} save={place}>
      <Problem sentence={people.problem.value || pairs.problem.value} />
      <Choice label={t('desk.hold_about')} name="about" options={about} />
      <Area label={t('desk.hold_reason')} name="reason" maxLength={2000} />
      <Field label={t('desk.hold_end_day')} name="until" type="date" />
      <p class="field field-check">
        <label>
          <input type="checkbox" checked={later.value} onChange={(event) => (later.value = event.currentTarget.checked)} /> {t('desk.hold_tell_later')}
        </label>
      </p>
      {later.value && (
        <>
          <Field label={t('desk.hold_tell_on')} name="untold_until" type="date" />
          <Area label={t('desk.hold_tell_why')} name="untold_why" maxLength={2000} />
        </>
      )}
    </FormDialog>
  );
}
