/** Who is signed in on this device, shared by all tabs: the cookie is one for all of them. */

import { recall, remember } from '../shell/memory';
import type { Me } from '../wire/account';

let here: Me | null = null;

export function knownMe(): Me | null {
  const text = recall('me');
  try {
    return text ? (JSON.parse(text) as Me) : here;
  } catch {
    return null;
  }
}

export function rememberMe(me: Me | null): void {
  here = me;
  remember('me', me && JSON.stringify(me));
}

/** The account that the cookie speaks for, as far as this device knows. Another tab may have changed it. */
export const signedInHere = (): string | null => knownMe()?.account.id ?? null;

export function onOtherTab(handler: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === 'binome.me') handler();
  });
}
