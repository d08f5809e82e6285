/** Where one is signed in, and signing out from afar. */

import type { VNode } from 'preact';
import { dateOf } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { me, signedOutElsewhere } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { Device } from '../wire/security';

const nameOf = ({ system, browser }: Device): string =>
  system === 'program'
    ? t('device.program')
    : t('device.name', { system: tOr(`device.${system}`, 'device.other'), browser: tOr(`browser.${browser}`, 'browser.other') });

export function DevicesCard(): VNode {
  const loaded = useLoaded<{ devices: Device[] }>('session/devices', ['notice:new']); // which tells of a new one
  const { busy, problem, attempt } = useAttempt();
  const end = (device: Device): void =>
    void attempt(async () => {
      await http('DELETE', `session/devices/${device.id}`);
      await loaded.load();
    });
  const endAll = (): void =>
    void attempt(async () => {
      await http('DELETE', 'session/devices');
      signedOutElsewhere();
    });
  return (
    <section class="card" aria-labelledby="devices-title">
      <h2 id="devices-title">{t('device.title')}</h2>
      <p class="fact">{t('device.lead')}</p>
      <Problem sentence={problem.value} />
      <Awaited of={loaded}>
        {({ devices }) => (
          <ul class="devices">
            {devices.map((device) => (
              <li key={device.id}>
                <span>
                  <strong>{nameOf(device)}</strong>
                  <span class="fact">
                    {t('device.since', { day: dateOf(device.since) })}
                    {device.used_on && ` · ${t('device.used', { day: dateOf(device.used_on) })}`}
                  </span>
                </span>
                {device.here ? (
                  <span class="tag">{t('device.here')}</span>
                ) : (
                  <button type="button" class="button button-plain" disabled={busy.value} aria-label={t('device.end_one', { name: nameOf(device) })} onClick={() => end(device)}>
                    {t('device.end')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Awaited>
      <button type="button" class="button button-soft" disabled={busy.value} onClick={endAll}>
        {t('device.end_all')}
      </button>
      <p class="hint">
        {t('device.end_all_hint')} {me.value?.pin !== undefined && t('signout.bound')}
      </p>
    </section>
  );
}
