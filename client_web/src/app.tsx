/** Which page stands, and what lives beside all pages: the help card, the sound of a call, the quiet voice. */

import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { Voices } from './call/voices';
import { HelpCard } from './help/help_card';
import { HomePage } from './home/home_page';
import { t } from './locales/text';
import { RoomPage } from './room/room_page';
import { me } from './session/session';
import { Announcer } from './shell/announce';
import { Header } from './shell/header';
import { route } from './shell/route';
import { SignInPage } from './signin/signin_page';

export function App(): VNode {
  const here = route.value;
  const talks = ['mentor', 'mentee', 'supervisor'].includes(me.value?.account.role ?? '');
  useTitle();
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {t('app.skip')}
      </a>
      {me.value === undefined && <Waiting />}
      {me.value === null && <SignInPage />}
      {me.value && (here.page === 'room' && talks ? <RoomPage key={here.number} number={here.number} /> : <HomePage />)}
      <HelpCard />
      <Voices />
      <Announcer />
    </>
  );
}

const Waiting = (): VNode => (
  <div class="page">
    <Header />
    <main id="content" class="page-main" tabIndex={-1}>
      <p class="empty">{t('app.loading')}</p>
    </main>
  </div>
);

/** By script: the part after `#` is the page's address here. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** A new page says its name and takes the focus, as a loaded one would. */
function useTitle(): void {
  const page = !me.value ? 'signin' : route.value.page;
  const number = route.value.page === 'room' ? route.value.number : 0;
  useEffect(() => {
    const heading = document.querySelector('h1')?.textContent;
    document.title = heading ? `${heading} — ${t('app.name')}` : t('app.name');
  });
  useEffect(() => {
    if (document.activeElement && document.activeElement !== document.body) document.getElementById('content')?.focus();
  }, [page, number]);
}
