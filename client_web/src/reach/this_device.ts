/** Notifications on this device: whether it can show them, switching them on and off. Nobody is asked unasked. */

import { recall, remember } from '../shell/memory';
import { Declined } from '../shell/refused';
import { http } from '../wire/http';
import type { MyReach } from '../wire/reach';
import { bytesOf, isAnothers, sameBytes, type Browser } from './rules';

/** Who switched them on here, by account: they are renewed for nobody else. */
const BY = 'told';

const READY_MS = 10_000; // a worker that could not be had never is

const can = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

const isApple = (): boolean => /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

export async function browserHere(): Promise<Browser> {
  const here = can();
  return {
    can: here,
    permission: here ? Notification.permission : 'default',
    wantsHomeScreen: isApple() && !matchMedia('(display-mode: standalone)').matches,
    subscribed: here && (await subscription()) !== null,
  };
}

/** Asks the person, then the browser's push service. Throws Declined when the person says no. */
export async function switchOn(reach: MyReach, account: string): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') throw new Declined();
  await subscribe(reach, account);
}

export async function switchOff(reach: MyReach): Promise<void> {
  const device = reach.devices.find(({ here }) => here);
  if (device) await http('DELETE', `reach/devices/${device.id}`);
  await forget();
}

/**
 * Each sign-in is a session of its own, and what the server sends ends with the session: who has switched notifications
 * on here goes on getting them. What somebody else switched on ends.
 */
export async function renew(account: string): Promise<void> {
  if (!can() || (await subscription()) === null) return;
  if (isAnothers(recall(BY), account)) await forget();
  else if (Notification.permission === 'granted') await subscribe(await http<MyReach>('GET', 'reach'), account);
}

async function subscribe(reach: MyReach, account: string): Promise<void> {
  const key = bytesOf(reach.push_key);
  const { pushManager } = await ready();
  let given = await pushManager.getSubscription();
  if (given && !sameBytes(given.options.applicationServerKey, key)) {
    await given.unsubscribe();
    given = null;
  }
  given ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = given.toJSON();
  await http('POST', 'reach/devices', { endpoint, p256dh: keys?.['p256dh'], auth: keys?.['auth'] });
  remember(BY, account);
}

async function forget(): Promise<void> {
  await (await subscription())?.unsubscribe();
  remember(BY, null);
}

async function subscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

function ready(): Promise<ServiceWorkerRegistration> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no worker')), READY_MS));
  return Promise.race([navigator.serviceWorker.ready, late]);
}
