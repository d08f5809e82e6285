/** Everything begins here. */

import './styles/all.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app';
import './help/card';
import { wireCalling } from './call/current';
import { leftBehind } from './help/quick_exit';
import { speakFirst } from './locales/language';
import { forgetDrafts } from './room/drafts';
import { wireReceiving } from './room/reading';
import { wireSending } from './room/sending';
import { me, start } from './session/session';
import { recall } from './shell/memory';
import { go } from './shell/route';

/** What nearly all later parts share comes with the page: else each of them would wait for one more file. */
export { Awaited, useLoaded } from './shell/loaded';
export { Page } from './shell/page';
export { useAttempt } from './shell/refused';

wireSending();
wireReceiving();
wireCalling();
effect(() => {
  if (me.value === null) forgetDrafts();
});
if (!leftBehind()) {
  void start();
  void speakFirst().then(() => render(<App />, document.getElementById('app')!));
}

// On a device that shows notifications: for this session too, or no more, when somebody else had switched them on.
let renewedFor = '';
effect(() => {
  const account = me.value?.account.id ?? '';
  const before = renewedFor;
  renewedFor = account; // nobody's, once they have signed out: the next session is another one
  if (!account || account === before || !recall('told')) return;
  void import('./parts/reach').then(({ renew }) => renew(account)).catch(() => (renewedFor = ''));
});

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ go?: unknown }>) => {
    if (typeof data?.go === 'string' && data.go.startsWith('#/')) go(data.go);
  });
  // After the page is up: the first visit should not wait for the next one.
  addEventListener('load', () => void navigator.serviceWorker.register('/sw.js').catch(() => {}));
}
