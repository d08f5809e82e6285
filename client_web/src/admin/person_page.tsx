/** One person, for an admin: what is kept, how they come in, their devices, their account. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dateOf, dayAndHour } from '../locales/moments';
import { t, tOr, type Key } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { Sure } from '../shell/sure';
import type { Person } from '../wire/entry';
import { http } from '../wire/http';
import { CorrectionForm } from './correction_form';
import { WayIn } from './way_in';

/** What ends somebody's way in is asked once more. */
interface Ending {
  method: string;
  path: string;
  act: Key;
  why: Key;
  done: Key;
}

const CUT_ALL: Ending = { method: 'DELETE', path: 'devices', act: 'person.cut_all', why: 'person.cut_why', done: 'person.cut_done' };
const RESET: Ending = { method: 'DELETE', path: 'second-factors', act: 'person.second', why: 'person.second_why', done: 'person.second_reset' };
const CLOSE: Ending = { method: 'POST', path: 'close', act: 'person.close', why: 'person.close_why', done: 'person.closed' };

export function PersonPage({ id }: { id: string }): VNode {
  const loaded = useLoaded<Person>(`accounts/${id}`);
  const done = useSignal('');
  const correcting = useSignal(false);
  const ending = useSignal<Ending | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const act = (method: string, path: string, sentence: string): void =>
    void attempt(async () => {
      done.value = '';
      await http(method, `accounts/${id}/${path}`);
      done.value = sentence;
      await loaded.load();
    });
  const end = (sure: Ending | null): void => {
    ending.value = null;
    if (sure) act(sure.method, sure.path, t(sure.done));
  };
  const name = loaded.found.value?.name;
  return (
    <Page title={name ?? t('admin.people')} kind="person">
      <Problem sentence={problem.value} />
      <p class="done" role="status">
        {done.value}
      </p>
      <Awaited of={loaded}>
        {(person) => (
          <>
            <p class="fact">
              {t(`role.${person.role}`)} · {t(`people.state.${person.state}`)}
            </p>
            <section class="card" aria-labelledby="facts-title">
              <h2 id="facts-title">{t('person.facts')}</h2>
              <dl class="person-facts">
                {facts(person).map(([label, value]) => (
                  <div key={label}>
                    <dt>{label}</dt>
                    <dd>{value || t('person.empty')}</dd>
                  </div>
                ))}
              </dl>
              <button type="button" class="button button-soft" onClick={() => (correcting.value = true)}>
                {t('person.edit')}
              </button>
            </section>
            {person.state !== 'closed' && <WayIn person={person} onChange={() => void loaded.load()} />}
            <section class="card" aria-labelledby="devices-title">
              <h2 id="devices-title">{t('person.devices')}</h2>
              {person.devices.length === 0 && <p class="empty">{t('person.no_device')}</p>}
              <ul class="person-devices">
                {person.devices.map((device) => (
                  <Device key={device.id} device={device} busy={busy.value} onCut={() => act('DELETE', `devices/${device.id}`, t('person.cut_done'))} />
                ))}
              </ul>
              {person.devices.length > 1 && (
                <button type="button" class="button button-soft" onClick={() => (ending.value = CUT_ALL)}>
                  {t('person.cut_all')}
                </button>
              )}
            </section>
            <section class="card" aria-labelledby="account-title">
              <h2 id="account-title">{t('person.account')}</h2>
              {person.state === 'closed' ? (
                <button type="button" class="button button-soft" disabled={busy.value} onClick={() => act('POST', 'reopen', t('person.reopened'))}>
                  {t('person.reopen')}
                </button>
              ) : (
                <p class="dialog-acts">
                  <button type="button" class="button button-soft" onClick={() => (ending.value = RESET)}>
                    {t('person.second')}
                  </button>
                  <button type="button" class="button button-soft" onClick={() => (ending.value = CLOSE)}>
                    {t('person.close')}
                  </button>
                </p>
              )}
            </section>
            {ending.value && (
              <Sure
                act={t(ending.value.act)}
                why={t(ending.value.why)}
                onClose={() => (ending.value = null)}
                onSure={() => end(ending.peek())}
              />
            )}
            {correcting.value && (
              <CorrectionForm
                person={person}
                onClose={() => (correcting.value = false)}
                onSaved={(fresh) => {
                  loaded.keep(fresh);
                  correcting.value = false;
                  done.value = t('person.saved');
                }}
                onReread={loaded.keep}
              />
            )}
          </>
        )}
      </Awaited>
    </Page>
  );
}

function Device({ device, busy, onCut }: { device: Person['devices'][number]; busy: boolean; onCut: () => void }): VNode {
  const name = tOr(`person.system.${device.system}`, 'person.system.other');
  return (
    <li>
      <span>
        {t('person.device', { name, since: dayAndHour(new Date(device.since)) })}
        {device.bound && <span class="tag">{t('person.device_bound')}</span>}
        {device.pin && <span class="tag">{t('person.device_pin')}</span>}
      </span>
      <button type="button" class="quiet-button" aria-label={t('person.cut_one', { name })} disabled={busy} onClick={onCut}>
        {t('person.cut')}
      </button>
    </li>
  );
}

const facts = (person: Person): (readonly [string, string])[] => [
  [t('admin.login'), person.login],
  [t('admin.language'), person.language === 'fr' ? 'Français' : 'English'],
  [t('people.zone'), person.zone],
  [t('people.email_is'), person.email ?? ''],
  [t('people.phone_is'), person.phone ?? ''],
  [t('admin.birth_date'), person.birth_date ? dateOf(person.birth_date) : ''],
];
