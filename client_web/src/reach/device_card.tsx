/** Notifications on this device, and the others that show them. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dateOf } from '../locales/moments';
import { t } from '../locales/text';
import { me } from '../session/session';
import type { Loaded } from '../shell/loaded';
import { Declined, Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { MyReach } from '../wire/reach';
import { standing, type Browser } from './rules';
import { browserHere, switchOff, switchOn } from './this_device';

export function DeviceCard({ reach, loaded }: { reach: MyReach; loaded: Loaded<MyReach> }): VNode {
  const browser = useSignal<Browser | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const look = async (): Promise<void> => void (browser.value = await browserHere());
  useEffect(() => void look(), []);
  const here = reach.devices.some((device) => device.here);
  const stands = browser.value && standing(browser.value, here);
  const change = (act: () => Promise<void>): void =>
    void attempt(async () => {
      try {
        await act();
      } catch (error) {
        // What browsers say of their push service, where there is one, is for nobody's eyes.
        if (error instanceof DOMException || error instanceof Declined) return t(Notification.permission === 'denied' ? 'reach.device_denied' : 'reach.device_failed');
        throw error;
      } finally {
        await Promise.all([look(), loaded.load()]);
      }
      return undefined;
    });
  const others = reach.devices.filter((device) => !device.here);
  return (
    <section class="card" aria-labelledby="reach-device-title">
      <h2 id="reach-device-title">{t('reach.device_title')}</h2>
      <Problem sentence={problem.value} />
      {stands === 'on' && (
        <>
          <p role="status">{t('reach.device_on')}</p>
          <button type="button" class="button button-plain" disabled={busy.value} onClick={() => change(() => switchOff(reach))}>
            {t('reach.device_off_act')}
          </button>
        </>
      )}
      {stands === 'off' && (
        <>
          <p>{t('reach.device_off')}</p>
          <button type="button" class="button" disabled={busy.value} onClick={() => change(() => switchOn(reach, me.peek()?.account.id ?? ''))}>
            {t('reach.device_on_act')}
          </button>
        </>
      )}
      {(stands === 'cannot' || stands === 'denied' || stands === 'home_screen') && <p>{t(`reach.device_${stands}`)}</p>}
      {others.length > 0 && (
        <>
          <h3>{t('reach.device_others')}</h3>
          <ul class="reach-devices">
            {others.map((device) => (
              <li key={device.id}>
                <span>{t('reach.device_since', { day: dateOf(device.since) })}</span>
                <button
                  type="button"
                  class="button button-plain"
                  disabled={busy.value}
                  aria-label={t('reach.device_remove_one', { day: dateOf(device.since) })}
                  onClick={() => change(() => http('DELETE', `reach/devices/${device.id}`))}
                >
                  {t('reach.device_remove')}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
