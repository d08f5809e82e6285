/** The second half of a sign-in: the code or the passkey that there is, or a first one to be set up. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { asked, finish } from '../session/session';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { SignedIn } from '../wire/security';
import { CodeField } from './code_field';
import { makePasskey, signInWithPasskey } from './passkeys';
import { RecoverySheet } from './recovery_sheet';
import { TotpSetUp } from './totp_set_up';

export function SecondStep(): VNode | null {
  const waits = asked.value;
  const kept = useSignal<SignedIn | null>(null);
  if (kept.value) return <RecoverySheet codes={kept.value.recovery_codes ?? []} onKept={() => finish(kept.peek()!)} />;
  if (!waits?.second_factor) return null;
  const done = (answer: SignedIn): void => {
    if (answer.recovery_codes) kept.value = answer;
    else finish(answer);
  };
  return (
    <>
      {waits.second_factor.state === 'set_up' ? <SetUp onDone={done} /> : <Show onDone={done} />}
      <button type="button" class="quiet-button signin-back" onClick={() => (asked.value = null)}>
        {t('signin.other_person')}
      </button>
    </>
  );
}

type Done = { onDone: (answer: SignedIn) => void };

function Show({ onDone }: Done): VNode {
  const { totp, recovery, passkey } = asked.value!.second_factor!;
  const code = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await attempt(async () => {
      if (!code.peek().trim()) return t('second.need_code');
      onDone(await http<SignedIn>('POST', 'session/code', { code: code.peek().trim() }));
      return undefined;
    });
    if (problem.peek()) form.current?.querySelector('input')?.focus();
  };
  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)}>
      <h2>{t('second.title')}</h2>
      <Problem sentence={problem.value} />
      {(totp || recovery) && (
        <>
          <CodeField code={code} hint={t(totp ? 'second.code_hint' : 'second.recovery_hint')} wrong={problem.value !== ''} focus />
          <button type="submit" class="button button-wide" disabled={busy.value}>
            {t(busy.value ? 'signin.busy' : 'second.continue')}
          </button>
        </>
      )}
      {passkey && (
        <p class="second-other">
          <button
            type="button"
            class={totp || recovery ? 'button button-plain button-wide' : 'button button-wide'}
            disabled={busy.value}
            onClick={() => void attempt(async () => onDone(await signInWithPasskey()))}
          >
            {t('second.use_passkey')}
          </button>
        </p>
      )}
      <p class="hint">{t('second.lost')}</p>
    </form>
  );
}

function SetUp({ onDone }: Done): VNode {
  const chosen = useSignal<'totp' | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const passkeys = 'credentials' in navigator && window.isSecureContext;
  const make = async (): Promise<void> => {
    const passkey = await makePasskey('session/new-passkey/options');
    onDone(await http<SignedIn>('POST', 'session/new-passkey', { passkey }));
  };
  if (chosen.value === 'totp') {
    const send = async (body: { sealed: string; code: string }): Promise<void> => onDone(await http<SignedIn>('POST', 'session/totp', body));
    return <TotpSetUp send={send} onBack={() => (chosen.value = null)} />;
  }
  return (
    <div>
      <h2>{t('second.set_up_title')}</h2>
      <p>{t('second.set_up_why')}</p>
      <Problem sentence={problem.value} />
      <div class="second-ways">
        {passkeys && (
          <p>
            <button type="button" class="button button-wide" disabled={busy.value} onClick={() => void attempt(make)}>
              {t('second.make_passkey')}
            </button>
            <span class="hint">{t('second.passkey_why')}</span>
          </p>
        )}
        <p>
          <button type="button" class={passkeys ? 'button button-plain button-wide' : 'button button-wide'} onClick={() => (chosen.value = 'totp')}>
            {t('second.make_totp')}
          </button>
          <span class="hint">{t('second.totp_why')}</span>
        </p>
      </div>
    </div>
  );
}
