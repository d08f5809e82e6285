/** Where one is signed in, and signing out from afar. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { language } from '../locales/language';
import { t, tOr } from '../locales/text';
import { signedOutElsewhere } from '../session/session';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { Device } from '../wire/security';

const day = (date: string): string =>
  new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(date));

const nameOf = ({ system, browser }: Device): string =>
  system === 'program'
    ? t('device.program')
    : t('device.name', { system: tOr(`device.${system}`, 'device.other'), browser: tOr(`browser.${browser}`, 'browser.other') });

export function DevicesCard(): VNode {
  const devices = useSignal<readonly Device[]>([]);
  const { busy, problem, attempt } = useAttempt();
  const load = async (): Promise<void> => {
    devices.value = (await http<{ devices: Device[] }>('GET', 'session/devices')).devices;
  };
  useEffect(() => void attempt(load), []);
  const end = (device: Device): void =>
    void attempt(async () => {
      await http('DELETE', `session/devices/${device.id}`);
      await load();
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
      <ul class="devices">
        {devices.value.map((device) => (
          <li key={device.id}>
            <span>
              <strong>{nameOf(device)}</strong>
              <span class="fact">
                {t('device.since', { day: day(device.since) })}
                {device.used_on && ` · ${t('device.used', { day: day(device.used_on) })}`}
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
      <button type="button" class="button button-soft" disabled={busy.value} onClick={endAll}>
        {t('device.end_all')}
      </button>
      <p class="hint">{t('device.end_all_hint')}</p>
    </section>
  );
}
