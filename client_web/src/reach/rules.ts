/** What can be said and done about notifications on this device, from what its browser says: no browser in here. */

export interface Browser {
  /** Service worker, push and notifications are all there. */
  can: boolean;
  permission: 'default' | 'granted' | 'denied';
  /** An iPhone or iPad on which this is an ordinary page: Safari gives push to what stands on the home screen only. */
  wantsHomeScreen: boolean;
  subscribed: boolean;
}

export type Standing = 'home_screen' | 'cannot' | 'denied' | 'on' | 'off';

/** `here`: the server sends to the session that asks. */
export function standing(browser: Browser, here: boolean): Standing {
  if (!browser.can) return browser.wantsHomeScreen ? 'home_screen' : 'cannot';
  if (browser.permission === 'denied') return 'denied';
  return here && browser.subscribed && browser.permission === 'granted' ? 'on' : 'off';
}

/** base64url without padding, as the server writes the key that browsers subscribe to. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function sameBytes(one: ArrayBuffer | null | undefined, other: Uint8Array): boolean {
  if (!one) return false;
  const mine = new Uint8Array(one);
  return mine.length === other.length && mine.every((byte, index) => byte === other[index]);
}

/** Whether what this device shows belongs to somebody else who was here before; null where nothing was ever switched on. */
export const isAnothers = (switchedOnBy: string | null, account: string): boolean => switchedOnBy !== null && switchedOnBy !== account;
