/** The door: a name and a password, and help beside it for whoever cannot come in. */

import { effect, signal, useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { waiting } from '../outbox/outbox';
import { asked, endedBy, finish, me, signIn } from '../session/session';
import { Door } from '../shell/door';
import { later } from '../shell/later';
import { recall } from '../shell/memory';
import { LOOKS } from '../shell/route';
import { Declined, refusedBecause } from '../shell/refused';
import { useTitle } from '../shell/title';
import { Refusal } from '../wire/refusal';

const CodeForm = later(async () => (await import('../parts/entry')).CodeForm);
const ResetForm = later(async () => (await import('../parts/entry')).ResetForm);
const SecondStep = later(async () => {
  const code = await import('../parts/security');
  await code.dressed;
  return code.SecondStep;
});

/** What was typed stays until somebody is in: coming back from the second step, nobody types it again. */
const typed = { login: signal(''), password: signal('') };
effect(() => {
  if (me.value) typed.login.value = typed.password.value = '';
});

/** Not known any more: it ran out while the page was away. Anything else was somebody's decision. */
const EXPIRED = ['session_expired', 'not_signed_in'];

const WAYS = ['password', 'code', 'reset'] as const;

export function SignInPage(): VNode {
  useTitle(t('signin.title'));
  const way = useSignal<(typeof WAYS)[number] | null>(null); // null: none was chosen yet
  const shown = way.value ?? 'password';
  return (
    <Door title={t('signin.title')} lead={t('signin.lead')}>
      {endedBy.value && (
        <p class="notice" role="status">
          {t(EXPIRED.includes(endedBy.value) ? 'signin.session_expired' : 'signin.session_ended')}
        </p>
      )}
      {waiting.value.length > 0 && <p class="notice">{t('signin.unsent', { count: waiting.value.length })}</p>}
      {asked.value ? <SecondStep /> : shown === 'code' ? <CodeForm /> : shown === 'reset' ? <ResetForm /> : <SignInForm focus={way.value !== null} />}
      {!asked.value && (
        <div class="signin-ways">
          {WAYS.filter((other) => other !== shown).map((other) => (
            <button key={other} type="button" class="quiet-button" onClick={() => (way.value = other)}>
              {t(`signin.by_${other}`)}
            </button>
          ))}
        </div>
      )}
      {!asked.value && <p class="signin-forgot">{t('signin.forgot')}</p>}
      <p class="signin-looks">
        {t('signin.looks')} <a href={LOOKS}>{t('signin.looks_more')}</a>
      </p>
    </Door>
  );
}

/** `focus`: it was asked for, and the button which did has gone. */
function SignInForm({ focus }: { focus: boolean }): VNode {
  const { login, password } = typed;
  const shown = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<{ field: 'login' | 'password' | null; text: string } | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (focus) form.current?.querySelector('input')?.focus();
  }, []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.value = missing(login.peek(), password.peek());
    if (!problem.peek()) {
      busy.value = true;
      try {
        await signIn(login.peek().trim(), password.peek());
        busy.value = false;
        return;
      } catch (error) {
        problem.value = { field: null, text: reason(error) };
        busy.value = false;
      }
    }
    form.current?.querySelector<HTMLElement>(`[name=${problem.peek()?.field ?? 'password'}]`)?.focus();
  };

  const offer = useRef(new AbortController()); // of what the browser proposes beside the name's field
  const withPasskey = async (offered?: AbortSignal): Promise<void> => {
    problem.value = null;
    if (!offered) offer.current.abort(); // a browser asks one thing at a time
    try {
      const code = await import('../parts/security');
      await finish(await code.signInWithPasskey(offered));
    } catch (error) {
      if (!offered || error instanceof Refusal) problem.value = error instanceof Declined ? null : { field: null, text: reason(error) };
    }
  };
  useEffect(() => {
    // Who has used one here finds it among the names that the browser proposes.
    if (!recall('passkey')) return;
    void PublicKeyCredential.isConditionalMediationAvailable?.().then((can) => (can ? withPasskey(offer.current.signal) : undefined));
    return () => offer.current.abort();
  }, []);

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
          autocomplete="username webauthn"
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
      {window.isSecureContext && 'PublicKeyCredential' in window && (
        <button type="button" class="quiet-button signin-passkey" disabled={busy.value} onClick={() => void withPasskey()}>
          {t('signin.passkey')}
        </button>
      )}
    </form>
  );
}

function missing(login: string, password: string): { field: 'login' | 'password'; text: string } | null {
  if (!login.trim()) return { field: 'login', text: t('signin.need_login') };
  return password ? null : { field: 'password', text: t('signin.need_password') };
}

const reason = (error: unknown): string => refusedBecause(error, navigator.onLine ? 'error.unreachable' : 'signin.offline');
