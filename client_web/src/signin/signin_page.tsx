/** The door: a name and a password, and help beside it for whoever cannot come in. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { waiting } from '../outbox/outbox';
import { endedBy, signIn } from '../session/session';
import { Header } from '../shell/header';
import { LOOKS } from '../shell/route';
import { Shelter } from '../shell/mark';
import { refusedBecause } from '../shell/refused';
import { useTitle } from '../shell/title';

/** Not known any more: it ran out while the page was away. Anything else was somebody's decision. */
const EXPIRED = ['session_expired', 'not_signed_in'];

export function SignInPage(): VNode {
  useTitle(t('signin.title'));
  return (
    <div class="page signin">
      <Header />
      <main id="content" class="signin-main" tabIndex={-1}>
        <div class="welcome">
          <Shelter />
          <h1>{t('signin.title')}</h1>
          <p>{t('signin.lead')}</p>
        </div>
        <div class="card signin-card">
          {endedBy.value && (
            <p class="notice" role="status">
              {t(EXPIRED.includes(endedBy.value) ? 'signin.session_expired' : 'signin.session_ended')}
            </p>
          )}
          {waiting.value.length > 0 && <p class="notice">{t('signin.unsent', { count: waiting.value.length })}</p>}
          <SignInForm />
          <p class="signin-forgot">{t('signin.forgot')}</p>
          <p class="signin-looks">
            {t('signin.looks')} <a href={LOOKS}>{t('signin.looks_more')}</a>
          </p>
        </div>
      </main>
    </div>
  );
}

function SignInForm(): VNode {
  const login = useSignal('');
  const password = useSignal('');
  const shown = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<{ field: 'login' | 'password' | null; text: string } | null>(null);
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.value = missing(login.peek(), password.peek());
    if (!problem.peek()) {
      busy.value = true;
      try {
        await signIn(login.peek().trim(), password.peek());
        return;
      } catch (error) {
        problem.value = { field: null, text: reason(error) };
        busy.value = false;
      }
    }
    form.current?.querySelector<HTMLElement>(`[name=${problem.peek()?.field ?? 'password'}]`)?.focus();
  };

  const wrong = (field: 'login' | 'password'): object =>
    problem.value && (problem.value.field ?? field) === field ? { 'aria-invalid': true, 'aria-describedby': 'signin-problem' } : {};
  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)}>
      {problem.value && (
        <p class="problem" id="signin-problem" role="alert">
          {problem.value.text}
        </p>
      )}
      <p class="field">
        <label for="login">{t('signin.login')}</label>
        <input
          id="login"
          name="login"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          value={login.value}
          onInput={(event) => (login.value = event.currentTarget.value)}
          {...wrong('login')}
        />
      </p>
      <p class="field">
        <label for="password">{t('signin.password')}</label>
        <span class="with-button">
          <input
            id="password"
            name="password"
            {...(shown.value ? { type: 'text' as const } : { type: 'password' as const })}
            autocomplete="current-password"
            autocapitalize="none"
            spellcheck={false}
            value={password.value}
            onInput={(event) => (password.value = event.currentTarget.value)}
            {...wrong('password')}
          />
          <button
            type="button"
            class="quiet-button"
            aria-pressed={shown.value}
            aria-label={t('signin.show_password')}
            onClick={() => (shown.value = !shown.value)}
          >
            {t(shown.value ? 'signin.hide' : 'signin.show')}
          </button>
        </span>
      </p>
      <button type="submit" class="button button-wide" disabled={busy.value}>
        {t(busy.value ? 'signin.busy' : 'signin.submit')}
      </button>
    </form>
  );
}

function missing(login: string, password: string): { field: 'login' | 'password'; text: string } | null {
  if (!login.trim()) return { field: 'login', text: t('signin.need_login') };
  return password ? null : { field: 'password', text: t('signin.need_password') };
}

const reason = (error: unknown): string => refusedBecause(error, navigator.onLine ? 'error.unreachable' : 'signin.offline');
