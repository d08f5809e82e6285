/** One person, for an admin: what is kept, how they come in, their devices, their account. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { Header, LinkNotice } from '../shell/header';
import { Problem, useAttempt } from '../shell/refused';
import { route } from '../shell/route';
import { useTitle } from '../shell/title';
import type { Person } from '../wire/entry';
import { http } from '../wire/http';
import { CorrectionForm } from './correction_form';
import { WayIn } from './way_in';

export function PersonPage(): VNode {
  const id = route.value.page === 'person' ? route.value.id : '';
  const person = useSignal<Person | null>(null);
  const done = useSignal('');
  const correcting = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const load = async (): Promise<void> => {
    person.value = await http<Person>('GET', `accounts/${id}`);
  };
  useEffect(() => void attempt(load), [id]);
  const act = (method: string, path: string, sentence: string): void =>
    void attempt(async () => {
      done.value = '';
      await http(method, `accounts/${id}/${path}`);
      await load();
      done.value = sentence;
    });
  const here = person.value;
  useTitle(here ? t('person.title', { name: here.name }) : t('admin.people'));
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main person" tabIndex={-1}>
        <LinkNotice />
        <Problem sentence={problem.value} />
        <p class="done" role="status">
          {done.value}
        </p>
        {!here && !problem.value && <p class="empty">{t('app.loading')}</p>}
        {here && (
          <>
            <h1>{here.name}</h1>
            <p class="fact">
              {t(`role.${here.role}`)} · {t(`people.state.${here.state}`)}
            </p>
            <section class="card" aria-labelledby="facts-title">
              <h2 id="facts-title">{t('person.facts')}</h2>
              <dl class="person-facts">
                {facts(here).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value || t('person.empty')}</dd>
                  </div>
                ))}
              </dl>
              <button type="button" class="button button-soft" onClick={() => (correcting.value = true)}>
                {t('person.edit')}
              </button>
            </section>
            {here.state !== 'closed' && <WayIn person={here} onChange={() => void attempt(load)} />}
            <section class="card" aria-labelledby="devices-title">
              <h2 id="devices-title">{t('person.devices')}</h2>
              {here.devices.length === 0 && <p class="empty">{t('person.no_device')}</p>}
              <ul class="person-devices">
                {here.devices.map((device) => {
                  const name = tOr(`person.system.${device.system}`, 'person.system.other');
                  return (
                    <li key={device.id}>
                      <span>
                        {t('person.device', { name, since: dayAndHour(new Date(device.since)) })}
                        {device.bound && <span class="tag">{t('person.device_bound')}</span>}
                        {device.pin && <span class="tag">{t('person.device_pin')}</span>}
                      </span>
                      <button
                        type="button"
                        class="quiet-button"
                        aria-label={t('person.cut_one', { name })}
                        disabled={busy.value}
                        onClick={() => act('DELETE', `devices/${device.id}`, t('person.cut_done'))}
                      >
                        {t('person.cut')}
                      </button>
                    </li>
                  );
                })}
              </ul>
              {here.devices.length > 1 && (
                <button type="button" class="button button-soft" disabled={busy.value} onClick={() => act('DELETE', 'devices', t('person.cut_done'))}>
                  {t('person.cut_all')}
                </button>
              )}
            </section>
            <section class="card" aria-labelledby="account-title">
              <h2 id="account-title">{t('person.account')}</h2>
              {here.state === 'closed' ? (
                <button type="button" class="button button-soft" disabled={busy.value} onClick={() => act('POST', 'reopen', t('person.reopened'))}>
                  {t('person.reopen')}
                </button>
              ) : (
                <>
                  <p class="hint">{t('person.second_why')}</p>
                  <button type="button" class="button button-soft" disabled={busy.value} onClick={() => act('DELETE', 'second-factors', t('person.second_reset'))}>
                    {t('person.second')}
                  </button>
                  <p class="hint">{t('person.close_why')}</p>
                  <button type="button" class="button button-soft" disabled={busy.value} onClick={() => act('POST', 'close', t('person.closed'))}>
                    {t('person.close')}
                  </button>
                </>
              )}
            </section>
            {correcting.value && (
              <CorrectionForm
                person={here}
                onClose={() => (correcting.value = false)}
                onSaved={(fresh) => {
                  person.value = fresh;
                  correcting.value = false;
                  done.value = t('person.saved');
                }}
                onReread={(fresh) => (person.value = fresh)}
              />
            )}
          </>
        )}
      </main>
    </div>
  );
}

const facts = (person: Person): (readonly [string, string])[] => [
  [t('admin.login'), person.login],
  [t('admin.language'), person.language === 'fr' ? 'Français' : 'English'],
  [t('people.zone'), person.zone],
  [t('people.email_is'), person.email ?? ''],
  [t('people.phone_is'), person.phone ?? ''],
  [t('admin.birth_date'), person.birth_date ?? ''],
];
