/** What a link opens: who invites, then a password to choose or a device to bind. Nothing is used up by looking. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { addressRole } from '../locales/address';
import { followAccount } from '../locales/language';
import { t } from '../locales/text';
import { finish, me, signIn } from '../session/session';
import { Door } from '../shell/door';
import { Problem, refusedBecause, useAttempt } from '../shell/refused';
import { go, route } from '../shell/route';
import { useTitle } from '../shell/title';
import type { Welcome } from '../wire/entry';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';
import type { SignedIn } from '../wire/security';
import { OneField } from './one_field';

export function JoinPage(): VNode {
  useTitle(t('join.title'));
  const token = route.value.page === 'join' ? route.value.token : '';
  const welcome = useSignal<Welcome | null>(null);
  const problem = useSignal<{ sentence: string; lost: boolean } | null>(null);
  const tries = useSignal(0);
  useEffect(() => {
    let here = true; // and not at another link, or gone
    welcome.value = null;
    problem.value = null;
    http<Welcome>('POST', 'join', { token }).then(
      (found) => {
        if (!here) return;
        addressRole(found.role);
        followAccount(found.language);
        welcome.value = found;
      },
      (error: unknown) => {
        if (here) problem.value = { sentence: refusedBecause(error), lost: error instanceof Refusal && error.code === 'unreachable' };
      },
    );
    return () => {
      here = false;
      addressRole(me.peek()?.account.role);
    };
  }, [token, tries.value]);
  const invited = welcome.value;
  const lead = invited && t(invited.purpose === 'reset' ? 'join.reset' : 'join.invited', { organisation: invited.organisation, name: invited.name });
  return (
    <Door title={t('join.title')} lead={lead ?? false}>
      <Problem sentence={problem.value?.sentence} {...(problem.value?.lost ? { again: () => (tries.value += 1) } : {})} />
      {problem.value && <a href="#/">{t('join.home')}</a>}
      {invited && me.value && <p class="notice">{t('join.instead', { here: me.value.account.name, name: invited.name })}</p>}
      {!problem.value && !invited && <p class="empty">{t('join.looking')}</p>}
      {invited && (invited.purpose === 'device' ? <Bind token={token} /> : <Choose token={token} login={invited.login} />)}
    </Door>
  );
}

function Bind({ token }: { token: string }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const enter = (): Promise<void> =>
    attempt(async () => {
      const answer = await http<SignedIn>('POST', 'join/device', { token });
      go('#/', true);
      await finish(answer);
    });
  return (
    <>
      <Problem sentence={problem.value} />
      <p>{t('join.device')}</p>
      <p class="hint">{t('join.shared')}</p>
      <button type="button" class="button button-wide" disabled={busy.value} onClick={() => void enter()}>
        {t('join.enter')}
      </button>
      <a class="quiet-button" href="#/">
        {t('join.not_me')}
      </a>
    </>
  );
}

const Choose = ({ token, login }: { token: string; login: string }): VNode => (
  <OneField
    kind="password"
    label={t('join.password')}
    hint={t('join.password_hint')}
    act={t('join.save')}
    send={async (password) => {
      await http('POST', 'join/password', { token, password });
      go('#/', true);
      await signIn(login, password); // what follows (a second step) is the sign-in's own
    }}
  >
    <p class="field">
      <span class="label">{t('join.login')}</span> <strong>{login}</strong>
      <span class="visually-hidden" aria-hidden="true">
        <input type="text" autocomplete="username" value={login} readOnly tabIndex={-1} />
      </span>
    </p>
  </OneField>
);
